"""AWS on loopback, strict enough to answer "does it deploy?".

moto's services and its CloudFormation API, and behind the API an engine of our own: it
creates, updates, rolls back and deletes as CloudFormation does, and fails the stack at
whatever it does not understand. Emulators that go on instead report success while rules,
proxies or whole child stacks are missing.
"""
