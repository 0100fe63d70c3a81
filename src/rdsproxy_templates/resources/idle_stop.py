"""User data that stops an instance when it has had no session for a while."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """\
#!/bin/bash
# Stop this instance some minutes after its last SSH or Session Manager session.
set -euo pipefail

cat >/usr/local/bin/stop-when-idle <<'END'
#!/bin/bash
set -euo pipefail
last=${RUNTIME_DIRECTORY:-/run}/last-session

connected() {
    [[ -n $(ss --no-header --tcp state established 'sport = :22') ]] ||
        pgrep --full ssm-session-worker >/dev/null
}

if [[ ! -e $last ]] || connected; then
    touch "$last"
elif [[ -n $(find "$last" -mmin +MINUTES) ]]; then
    systemctl poweroff
fi
END
chmod 755 /usr/local/bin/stop-when-idle

cat >/etc/systemd/system/stop-when-idle.service <<'END'
[Service]
Type=oneshot
ExecStart=/usr/local/bin/stop-when-idle
END

cat >/etc/systemd/system/stop-when-idle.timer <<'END'
[Timer]
OnBootSec=1min
OnUnitActiveSec=1min

[Install]
WantedBy=timers.target
END

systemctl daemon-reload
systemctl enable --now stop-when-idle.timer
"""


def idle_stop_script(minutes: int) -> str:
    """User data for an instance that stops after *minutes* without a session."""
    return SCRIPT.replace("MINUTES", str(minutes))
