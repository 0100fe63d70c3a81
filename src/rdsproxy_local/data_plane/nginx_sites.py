"""Sites in the words of nginx."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..servers.loopback import HOST
from ..servers.nginx import Nginx
from .sites import Origin, Site
from .web_acls import Rule

API_NAMES: Final = r"~^[a-z0-9]+\.execute-api\."
REFUSAL: Final = (
    "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>"
    "<H1>403 ERROR</H1><H2>The request could not be satisfied.</H2>Request blocked."
    "</BODY></HTML>"
)


def configuration(sites: Sequence[Site], nginx: Nginx, apis: str) -> str:
    """All sites, all APIs, which answer at the URL *apis*, and a refusal to any other name."""
    servers = [_nobody(nginx), _apis(nginx, apis), *(_site(site, nginx) for site in sites)]
    return "\n".join(servers)


def _nobody(nginx: Nginx) -> str:
    listens = [f"listen {address} default_server;" for address in nginx.addresses()]
    return _block("server", [*listens, *_refusals(), "return 403;"])


def _apis(nginx: Nginx, url: str) -> str:
    """Every API under its own name."""
    return _block(
        "server",
        [
            *_listens(nginx),
            f"server_name {API_NAMES};",
            _block("location /", ["proxy_set_header Host $host;", f"proxy_pass {url};"]),
        ],
    )


def _site(site: Site, nginx: Nginx) -> str:
    location = [
        *_protocol(site.viewer_protocol),
        f"if ($request_method !~ ^({'|'.join(site.methods)})$) {{ return 403; }}",
        *_access(site.rules),
        *_forwarding(site, site.origin, nginx),
    ]
    return _block(
        "server",
        [
            *_listens(nginx, ipv6=site.ipv6),
            f"server_name {site.host};",
            "client_max_body_size 0;",
            *_refusals(),
            _block("location /", location),
        ],
    )


def _listens(nginx: Nginx, *, ipv6: bool = True) -> list[str]:
    return [f"listen {address};" for address in nginx.addresses(ipv6=ipv6)]


def _refusals() -> Iterator[str]:
    """The answers that replace the API's answer; the API's own 403 passes."""
    yield "error_page 403 @refused;"
    yield _block(
        "location @refused",
        [
            "default_type text/html;",
            'add_header X-Cache "Error from cloudfront" always;',
            f"return 403 '{REFUSAL}';",
        ],
    )


def _protocol(policy: str) -> Iterator[str]:
    """The answer to clients without TLS."""
    match policy:
        case "https-only":
            yield "if ($scheme = http) { return 403; }"
        case "redirect-to-https":
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
            yield 'set $insecure "$scheme $request_method";'
            yield 'if ($insecure ~ "^http (GET|HEAD)$") { return 301 https://$host$request_uri; }'
            yield "if ($scheme = http) { return 307 https://$host$request_uri; }"


def _access(rules: Sequence[Rule]) -> Iterator[str]:
    """The first that fits decides, as in a web ACL."""
    for rule in rules:
        decision = "allow" if rule.allows else "deny"
        yield from (f"{decision} {network};" for network in rule.networks)


def _forwarding(site: Site, origin: Origin, nginx: Nginx) -> Iterator[str]:
    """The viewer's request under the origin's name, with the origin's headers before its own."""
    via = f"1.1 {site.host} (CloudFront)"
    told = {
        "Host": origin.host,
        "Connection": "",
        "X-Forwarded-For": "$proxy_add_x_forwarded_for",
        "Via": via,
        **dict(origin.headers),
    }
    yield from (f'proxy_set_header {name} "{value}";' for name, value in told.items())
    yield f'add_header Via "{via}" always;'
    yield 'add_header X-Cache "Miss from cloudfront" always;'
    yield f"proxy_ssl_name {origin.host};"
    # With a variable in it, nginx sends on the path as it came.
    yield f"proxy_pass https://{HOST}:{nginx.https}{origin.path}$request_uri;"


def _block(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{name} {{", *lines, "}"])
