"""What a message is, before anything may answer it: a person's letter, or one of the many things machines send.

`RULES` is tried in order and the first that answers decides. Only what no rule claims is a person's letter; only that
may move a ticket or cause mail (RFC 3834, section 2).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from consultant.intake import machine_words
from consultant.intake.conversations import looks_like_ours
from consultant.intake.mail import Envelope, IncomingMail, MailClass, Verdict

_LOOKED_AT = 3000  # characters of the text; a mail system says at once what it has to say


@dataclass(frozen=True)
class House:
    """Who we are, so that our own mail is known when it comes back."""

    address: str
    domain: str
    loop: str = ""  # what we write into X-Loop


@dataclass(frozen=True)
class Case:
    """One message with its envelope, before the rules."""

    mail: IncomingMail
    envelope: Envelope
    house: House

    def header(self, name: str) -> str:
        """Return a header's value, lower-case."""
        return self.mail.header(name).strip().lower()

    def first(self, names: tuple[str, ...]) -> str:
        """Return the first of these headers the message has, or the empty string."""
        present = {name for name, _ in self.mail.headers}
        return next((name for name in names if name in present), "")


@dataclass(frozen=True)
class Rule:
    """A named test that returns why it claims a message, or the empty string when it does not."""

    name: str
    kind: MailClass
    claims: Callable[[Case], str]


def screen(mail: IncomingMail, envelope: Envelope, house: House) -> Verdict:
    """Return what a message is, with the rule that decided it and why, in the reviewer's words."""
    case = Case(mail, envelope, house)
    for rule in RULES:
        reason = rule.claims(case)
        if reason:
            return Verdict(rule.kind, rule.name, reason)
    return Verdict(MailClass.HUMAN, "no rule", "nothing says that a machine sent it")


def _own_loop(case: Case) -> str:
    value = case.header("x-loop")
    ours = {word.lower() for word in (case.house.loop, case.house.address) if word}
    return "X-Loop names this service" if value in ours else ""


def _own_address(case: Case) -> str:
    senders = {re.sub(r"\+[^@]*@", "@", sender.lower()) for sender in (case.mail.sender, case.envelope.sender)}
    return "it says it comes from our own address" if case.house.address.lower() in senders else ""


def _own_message(case: Case) -> str:
    if looks_like_ours(case.mail.message_id, case.house.domain):
        return "its Message-ID is one of ours"
    host = case.mail.message_id.lower().rpartition("@")[2].rstrip(">")
    machine = case.first(("auto-submitted", "list-id"))
    return (
        f"its Message-ID is of our domain and it has {machine}" if machine and host == case.house.domain.lower() else ""
    )


def _feedback_report(case: Case) -> str:
    if "report-type=feedback-report" in case.mail.content_type or _has_part(case, "message/feedback-report"):
        return "it is a feedback report (RFC 5965)"
    if machine_words.COMPLAINT_SUBJECT.search(case.mail.subject):
        return "its subject is a provider's complaint"
    fields = case.mail.text[:_LOOKED_AT].lower()
    return "its text is a feedback report" if "feedback-type:" in fields and "user-agent:" in fields else ""


def _delivery_report(case: Case) -> str:
    if case.mail.content_type.startswith("multipart/report"):
        return "it is a report about a message (RFC 6522)"
    kinds = ("message/delivery-status", "message/global-delivery-status", "message/disposition-notification")
    kind = next((kind for kind in kinds if _has_part(case, kind)), "")
    return f"it has a {kind} part" if kind else ""


def _has_part(case: Case, media_type: str) -> bool:
    return any(attachment.media_type == media_type for attachment in case.mail.attachments)


def _failed_recipients(case: Case) -> str:
    found = case.first(("x-failed-recipients", "x-mailer-daemon-error", "x-bounce-reason", "x-wss-id-failed"))
    return f"it has {found}" if found else ""


def _daemon(case: Case) -> str:
    for sender in (case.mail.sender, case.envelope.sender):
        if machine_words.DAEMONS.match(sender) and (sender == case.mail.sender or _speaks_of_delivery(case)):
            return "a mail system sent it"
    postmaster = machine_words.POSTMASTERS.match(case.mail.sender)
    named = machine_words.DAEMON_NAMES.search(case.mail.sender_name or case.header("from"))
    if (postmaster or named) and _speaks_of_delivery(case):
        return "a postmaster writes of a delivery"
    return "nobody writes of a delivery" if not case.header("from") and _bounce_text(case) else ""


def _speaks_of_delivery(case: Case) -> bool:
    return bool(
        machine_words.BOUNCE_SUBJECT.search(case.mail.subject)
        or machine_words.PERHAPS_BOUNCE_SUBJECT.search(case.mail.subject[:400])
        or _bounce_text(case),
    )


def _bounce_text(case: Case) -> bool:
    return bool(machine_words.BOUNCE_TEXT.search(case.mail.text[:_LOOKED_AT]))


def _bounce_words(case: Case) -> str:
    if machine_words.BOUNCE_SUBJECT.search(case.mail.subject) and (_bounce_text(case) or not case.envelope.sender):
        return "its subject and text are a mail system's"
    perhaps = not case.mail.subject.strip() or machine_words.PERHAPS_BOUNCE_SUBJECT.search(case.mail.subject[:400])
    unsent = not case.envelope.sender or case.mail.header("return-path").strip() == "<>"
    return "it has no sender and its text is a mail system's" if perhaps and unsent and _bounce_text(case) else ""


def _auto_submitted(case: Case) -> str:
    # RFC 3834, section 5: the keyword may be followed by parameters and comments.
    word = re.split(r"[;(\s]", case.header("auto-submitted"), maxsplit=1)[0]
    return f"Auto-Submitted is {word[:40]}" if word and word != "no" else ""


def _automatic_header(case: Case) -> str:
    found = case.first(_AUTOMATIC)
    if found and case.header(found) not in ("no", "false", "0"):
        return f"it has {found}"
    word = case.header("precedence") or case.header("preference")
    return f"Precedence is {word}" if word in ("auto_reply", "auto-reply", "junk") else ""


_AUTOMATIC = (
    "x-autoreply",
    "x-auto-reply",
    "x-autoreply-from",
    "x-autorespond",
    "x-autoresponder",
    "x-mail-autoreply",
    "x-autogenerated",
    "x-vacation",
    "x-cron-env",
    "x-fc-machinegenerated",
    "x-ms-exchange-generated-message-source",
)


def _suppress(case: Case) -> str:
    # MS-OXCMAIL. DR, NDR, RN and NRN ask for no receipts, as people's programs do; the others mark machines.
    words = set(re.split(r"[,;\s]+", case.header("x-auto-response-suppress")[:200]))
    return "X-Auto-Response-Suppress asks for no answer" if words & {"all", "oof", "autoreply"} else ""


def _automatic_subject(case: Case) -> str:
    return "its subject is an automatic answer's" if machine_words.AUTO_REPLY_SUBJECT.search(case.mail.subject) else ""


def _list_header(case: Case) -> str:
    if any(looks_like_ours(key, case.house.domain) for key in case.mail.in_reply_to):
        return ""  # A person may answer our letter through a service that adds list headers to whatever it sends.
    found = case.first(_LISTS)
    if found:
        return f"it has {found}"
    word = case.header("precedence")
    return f"Precedence is {word}" if word in ("list", "bulk") else ""


_LISTS = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-subscribe",
    "list-help",
    "mailing-list",
    "x-mailing-list",
    "x-beenthere",
    "x-mailman-version",
    "feedback-id",
)


def _foreign_loop(case: Case) -> str:
    return "X-Loop marks a machine's mail" if case.header("x-loop") else ""


def _null_sender(case: Case) -> str:
    if not case.envelope.sender:
        return "it was sent from nobody (null sender)"
    return "its Return-Path is empty" if case.mail.header("return-path").strip() == "<>" else ""


RULES: tuple[Rule, ...] = (
    Rule("own loop header", MailClass.OWN, _own_loop),
    Rule("own address", MailClass.OWN, _own_address),
    Rule("own message", MailClass.OWN, _own_message),
    Rule("feedback report", MailClass.COMPLAINT, _feedback_report),
    Rule("delivery report", MailClass.BOUNCE, _delivery_report),
    Rule("failed recipients", MailClass.BOUNCE, _failed_recipients),
    Rule("mail system", MailClass.BOUNCE, _daemon),
    Rule("bounce words", MailClass.BOUNCE, _bounce_words),
    Rule("Auto-Submitted", MailClass.AUTO_REPLY, _auto_submitted),
    Rule("automatic header", MailClass.AUTO_REPLY, _automatic_header),
    Rule("answers suppressed", MailClass.AUTO_REPLY, _suppress),
    Rule("automatic subject", MailClass.AUTO_REPLY, _automatic_subject),
    Rule("list header", MailClass.LIST, _list_header),
    Rule("foreign loop header", MailClass.AUTO_REPLY, _foreign_loop),
    Rule("null sender", MailClass.BOUNCE, _null_sender),
)
