"""Sentences about channels: secrets, addresses, mail.  (zh, en), each (what, what to do)."""

Said = tuple[str, str]

CHANNELS: dict[str, tuple[Said, Said]] = {
    "secret_written": (
        ("密钥不得直接写在文件里", "写成 env:名称 或 file:路径，并把密钥放到那里；已写出的密钥请作废"),
        (
            "a secret is named here, never written",
            "write env:NAME or file:PATH and put the secret there; one that was written must be replaced",
        ),
    ),
    "address_secret": (
        ("地址里有用户名、参数或片段，其中可能含密钥", "整个地址写成 env:名称 或 file:路径"),
        (
            "the address has a user, a query or a fragment, which may hold a secret",
            "name the whole address as env:NAME or file:PATH",
        ),
    ),
    "not_address": (
        ("这里写的不是网址", "写成 https://主机/路径"),
        ("this is not a web address", "write https://host/path"),
    ),
    "address_in_clear": (
        ("该地址不加密，途中任何人都能读到", "改用 https；http 只可用于本机"),
        (
            "this address is not encrypted, so anyone on the way can read along",
            "use https; http is for this machine only",
        ),
    ),
    "not_mailbox": (
        ("“{found}”不是邮箱地址", "写成 duty@example.org"),
        ("'{found}' is not an e-mail address", "write duty@example.org"),
    ),
    "password_in_clear": (
        ("密码会不加密地发往 {found}", "tls 改为 starttls 或 implicit"),
        ("the password would go to {found} in the clear", "set tls to starttls or implicit"),
    ),
}
