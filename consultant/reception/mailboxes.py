"""Whom mail may be addressed to here. Everything else is refused in the session, so that we never bounce later."""

from consultant.config import SmtpSettings

NO_SUCH_MAILBOX = "550 5.1.1 No such mailbox"
RELAYING_DENIED = "550 5.7.1 Relaying denied"

# RFC 5321, section 4.5.1, and RFC 2142: people must be able to reach these.
ALWAYS_THERE = frozenset({"postmaster", "abuse"})


def refusal(recipient: str, settings: SmtpSettings) -> str | None:
    """Return the reply that refuses a recipient, or None if its mail is for us.

    Ours are the mailbox, the mailbox with anything after a plus sign, postmaster and abuse, in any case; postmaster
    also without a domain (RFC 5321, section 4.1.1.3).
    """
    local, _, domain = recipient.rpartition("@") if "@" in recipient else (recipient, "", settings.domain)
    if domain.lower() != settings.domain.lower():
        return RELAYING_DENIED
    name = local.lower()
    if name in ALWAYS_THERE or name.partition("+")[0] == settings.mailbox.lower():
        return None
    return NO_SUCH_MAILBOX
