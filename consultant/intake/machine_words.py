# ruff: noqa: RUF001  the words of other languages have the letters of other languages
"""The words machines write: senders, subjects and first lines of bounces and automatic answers, as real ones have them.

Medical coding speaks of deliveries and failures too, so that a word alone never decides: a pattern is either what only
mail systems say, or it is tried together with another sign. Repeats are bounded, since strangers choose the text.
"""

import re


def _any(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})"


def _pattern(*alternatives: str, begins: str = "") -> re.Pattern[str]:
    return re.compile(begins + _any(*alternatives), re.IGNORECASE)


_BEGINS = r"^\s{0,5}(?:\[[^\]]{0,40}\]\s{0,3})?(?:\*{2,5}\s?)?"

# Addresses only machines have.
DAEMONS = _pattern(
    r"mail(?:er)?[-_.]?(?:daemon|delivery|system|bounce)(?:[+=-][^@]{0,200})?@",
    r"mail-?delivery-?(?:sub)?system@",
    r"microsoftexchange[0-9a-f]{16,40}@",
    r"bounce[sd]?(?:[+=-][^@]{0,200})?@",
    r"(?:mail|smtp)[-_.]gateway@",
    r"(?:mmdf|pmdf|uucp|autobounce)@",
    begins="^",
)
# Addresses people and machines share.
POSTMASTERS = _pattern(
    r"(?:post-?master|(?:mail-?|email-?)?admin(?:istrator)?|system|root|mta|exchange)[^@]{0,40}@",
    begins="^",
)
DAEMON_NAMES = _pattern(
    r"mail delivery (?:sub)?system",
    r"mail(?:er)?[- ]daemon",
    r"mail administrator",
    r"microsoft exchange",
    r"system[ -]administrator",
    r"internet mail delivery",
    r"mail system",
    r"^postmaster\b",
    r"delivery (?:subsystem|service)",
    r"email gateway",
)

_MAIL = r"(?:e-?mail|mail|message)"
# What only a mail system puts at the beginning of a subject.
BOUNCE_SUBJECT = _pattern(
    rf"undeliver(?:able|ed) {_MAIL}",
    r"undelivered mail returned to sender",
    r"returned (?:e-?)?mail\b",
    rf"{_MAIL} (?:delivery|system) (?:failed|failure|error|problem|status|report|delayed|has failed|notification)",
    rf"{_MAIL} (?:failure|undeliverable|could not be|returned|error|rejected|not delivered|status - undeliverable)",
    rf"your {_MAIL} (?:could not be|cannot be|was not) delivered",
    r"delivery (?:status |failure )?notification",
    r"delivery report\b.{0,60}(?:fail|unsuccess)",
    r"delivery failed",
    r"failure notice\s{0,3}$",
    r"non[- ]?deliver(?:y|able mail)",
    r"(?:warning: )?(?:could not send|message still undelivered|e?mail delay)",
    r"(?:failed|rejected) mail",
    r"unable to deliver",
    r"there was an error sending your mail",
    r"mdaemon notification",
    r"message you sent blocked",
    r"(?:dsn|ndn):",
    r"(?:disposition notification|read:|not read:|gelesen:|lu ?:|leído:|letto:)",
    r"unzustellbar|rückgesendete nachricht|zustellung .{0,40}fehlgeschlagen|zustellbericht|nachricht konnte nicht",
    r"notification d.{0,3}.tat (?:de )?(?:la )?(?:distribution|remise)|non remis",
    r"no se (?:puede|ha podido) entregar|mensaje no entregado",
    r"non recapitabile|mancata consegna|onbestelbaar|mensagem não entregue|não entregue",
    r"недоставлен|не удалось доставить",
    r"系统退信|退信|无法投递|配信不能|エラーメール",
    begins=_BEGINS,
)
# What a mail system, and now and then a person, puts into a subject.
PERHAPS_BOUNCE_SUBJECT = _pattern(
    r"undeliver",
    r"deliver(?:y|ing)?\b.{0,30}(?:fail|problem|error|delay|status|unsuccess)",
    r"fail(?:ed|ure)\b.{0,30}(?:deliver|notice|notification)",
    r"bounce|returned|rejected|refused|blocked|delayed|not delivered|non remis|unzustell",
    r"unknown (?:user|address|recipient)|user unknown|no such|quota|mailbox|could not be",
    r"warning|error|problem|spam|virus|abuse|notification|automatic|message status|delivery|re: your mail",
)
# What a mail system says to begin with.
BOUNCE_TEXT = _pattern(
    r"this is the (?:qmail-send program|mail system at|postfix program|mail delivery|machine generated|automatic mail)",
    r"this is an automatically generated delivery",
    r"this message was created automatically by (?:the )?(?:mail|smtp)",
    r"this report relates to (?:a|your) message",
    r"i'?m afraid i wasn'?t able to deliver your message",
    r"i'?m sorry to have to inform you that your message could not",
    r"a message that you (?:have )?sent (?:could not|was not|had)",
    r"delivery to the following recipients? (?:failed|has been delayed|was aborted)",
    r"the following (?:message|addresses|address|recipient)\w{0,2} (?:to|had|has|could|was|were|failed|did)",
    rf"(?:your|the) {_MAIL}\b.{{0,120}}\b(?:could not be|cannot be|was not|has not been|not be) delivered",
    rf"(?:your|the) {_MAIL}\b.{{0,120}}\b(?:couldn'?t|wasn'?t) (?:be )?delivered",
    rf"(?:your|the) {_MAIL}\b.{{0,120}}\b(?:did not reach|undeliverable|(?:was|has been) (?:rejected|blocked))",
    r"(?:is|are) (?:not|no longer) (?:a )?(?:valid|known|deliverable) (?:e-?mail |at this |mail )?(?:addr|user|recip)",
    rf"unable to deliver (?:your |the |this )?{_MAIL}",
    r"(?:delivery|message) (?:has )?failed (?:to|for|permanently)",
    r"permanent (?:fatal )?(?:error|failure)",
    r"(?:reporting-mta|final-recipient|action: ?failed)",
    r"-{3,10} ?the following addresses had|transcript of session follows|returned to sender",
    r"<<< ?5\d\d |remote (?:host|server|mta) said",
    r"(?:smtp|status|error|code|said|response)[^\n]{0,60}\b[45]\d\d[ -]#?[45]\.\d\.\d{1,3}",
    r"\b550[ -](?:5\.\d\.\d|requested|user|no such|unknown)",
    r"user unknown|unknown (?:user|recipient)|no such (?:user|mailbox|recipient|address)|does not exist",
    r"mailbox (?:is )?(?:full|unavailable|not found)",
    r"(?:user|mailbox|account|recipient)\b.{0,60}\b(?:not found|over quota|exceed|disabled|unavailable|not listed)",
    r"(?:user|mailbox|account|recipient)\b.{0,60}\brejected",
    r"non è stato possibile|n'a pas pu être|konnte nicht zugestellt|no se pudo entregar|não pôde ser entregue",
    r"не может быть доставлено|配信できません|無法|無効",
)

# What some mailbox providers write instead of a feedback report.
COMPLAINT_SUBJECT = _pattern(r"complaint about message from [0-9a-f.:]{3,45}\s{0,3}$", begins="^")

AUTO_REPLY_SUBJECT = _pattern(
    _BEGINS
    + _any(
        r"auto(?:matic(?:ally)?|mated)?[- ]?(?:reply|response|responder|answer|generated|confirmation)",
        r"auto: .{0,80}(?:out of|away|absen|return)",
        r"out of (?:the )?office(?:\s{0,3}$|\s?[:(\[\-–]| auto| reply| message| notice| response| until| from)",
        r"(?:i am|i'm) (?:currently )?(?:out of|away)|away from my",
        r"on vacation|vacation (?:reply|response|message|notice)",
        r"abwesen(?:d|heit)|automatische (?:antwort|rückantwort|afwezig)",
        r"automatisch antwoord|afwezigheid",
        r"réponse automatique|r[ée]ponse d'absence|absen(?:t|ce) (?:du bureau|de)",
        r"respuesta autom[áa]tica|fuera de (?:la )?oficina",
        r"risposta automatica|fuori (?:sede|ufficio)|resposta autom[áa]tica|ausência",
        r"automatiskt? svar|autosvar|fraværende|frånvaro|automaattinen vastaus|poissa",
        r"automatyczna odpowiedź|nieobecno|automatická odpov|автоответ|автоматический ответ|otomatik yanıt",
        r"自动回复|自動回覆|自動返信|不在通知|자동 (?:회신|응답)|thư trả lời tự động",
        r"we (?:have )?received your (?:message|e-?mail|request)|thank you for contacting",
    ),
    r"\bout of (?:the )?office auto-?reply\b",
)
