# ruff: noqa: RUF001  the words of other languages have the letters of other languages
"""The words with which mail programs begin a quotation or end a letter, in the languages we meet: data only."""

# "wrote", set off by blanks or punctuation.
WROTE = (
    "wrote|writes|said",  # English
    "a écrit|a ecrit",  # French
    "schrieb|geschrieben",  # German
    "escribió|escribio",  # Spanish
    "escreveu",  # Portuguese
    "ha scritto",  # Italian
    "schreef|geschreven",  # Dutch
    "skrev",  # Swedish, Danish, Norwegian
    "kirjoitti",  # Finnish
    r"napisał\(?a?\)?|pisze",  # Polish
    r"napsal\(?a?\)?|napísal\(?a?\)?",  # Czech, Slovak
    "написала?|пишет|пише",  # Russian, Ukrainian
    "ezt írta|írta",  # Hungarian
    "yazdı",  # Turkish
    "a scris",  # Romanian
    "έγραψε",  # Greek
    "đã viết",  # Vietnamese
)
# "wrote" in languages that set no blanks.
WROTE_UNSPACED = (
    "写道|寫道|写信",  # Chinese
    "のメール|書き込みました|書きました",  # Japanese
    "작성|님이 쓴 글",  # Korean
)
# What the last line of an attribution ends with, in lower case.
CLOSES = (
    *(":", "\uff1a", ">", "---"),
    *("wrote", "writes", "said", "a écrit", "a ecrit", "schrieb", "geschrieben", "escribió", "escreveu", "ha scritto"),
    *(
        "schreef",
        "geschreven",
        "skrev",
        "kirjoitti",
        "napisał",
        "napisał(a)",
        "pisze",
        "napsal",
        "napsal(a)",
        "написал",
    ),
    *("написала", "пишет", "пише", "írta", "yazdı", "a scris", "έγραψε", "đã viết", "写道", "寫道", "のメール"),
    *("書き込みました", "書きました", "작성", "님이 쓴 글"),
)
# The first word of "On <date>, <name> wrote:".
OPENS = (
    "on",
    "le",
    "am",
    "el",
    "em",
    "il",
    "op",
    "den|på",
    "dne",
    "dnia|w dniu",
    "în data de",
    "quoting|zitat von",
    "mon|tue|wed|thu|fri|sat|sun",
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
)
# The names of header fields above a quoted letter.
FIELDS = {
    "from": (
        "from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|gönderen|feladó|expéditeur|remitente",
        "从|发件人|寄件者|寄件人|差出人|보낸 사람|từ",
    ),
    "date": (
        "sent|date|gesendet|datum|envoyé|envoye|enviado|enviada|enviado el|inviato|data|fecha|verzonden|dato",
        "skickat|sendt",
        "wysłano|wysłane|отправлено|дата|lähetetty|päivämäärä|gönderme tarihi|tarih|odesláno|küldve|elküldve|sendt den",
        "发送时间|发送日期|日期|送信日時|日付|보낸 날짜|날짜|đã gửi|ngày|gửi|dátum",
    ),
    "to": (
        "to|an|à|a|para|aan|till|til|do|komu|кому|vastaanottaja|kime|alıcı|címzett|pour|destinatario|destinataire",
        "收件人|宛先|받는 사람|tới|đến",
    ),
    "copy": (
        "cc|kopie|kopia|kopi|copie à|copia|cópia|copie|копия|bcc|reply-to|antwort an|répondre à|抄送|副本|참조",
        "importance|priority|attachments|organization",
    ),
    "subject": (
        "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|aihe|konu|předmět|predmet|tárgy|sujet",
        "主题|主旨|主題|件名|제목|chủ đề|betr",
    ),
}
# Between drawn lines: -----Original Message-----
HISTORY = (
    "original|message|mensaje|mensagem|messaggio|reply|réponse",
    "ursprüngliche|urspr\\.|antwort|originele|oprindelig|opprinnelig|ursprungligt",
    "wiadomość|oryginalna|исходное|původní|alkuperäinen|eredeti|orijinal",
    "原始邮件|原邮件|原始郵件|원본|tin nhắn",
)
# Between drawn lines: ---------- Forwarded message ----------
FORWARDED = (
    "forwarded|weitergeleitete|message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato",
    "doorgestuurd|vidarebefordrat|videresendt|przekazana|пересылаемое|пересланное|přeposlaná",
    "转发|轉寄|転送|전달된",
)
# Without a drawn line.
FORWARD_BEGINS = (
    "begin forwarded message",
    "(?:start of )?forwarded message",
    r"début du (?:message|courrier)[^\n]{0,30}",
    r"anfang der weitergeleiteten [^\n]{0,20}",
    "inicio del mensaje reenviado",
    "inizio messaggio inoltrato",
    "begin doorgestuurd bericht",
    "vidarebefordrat brev",
)
# The advertisement of a telephone or program.
DEVICES = (
    (
        "sent (?:from|via|by|with|using) (?:my |a |an |the |mail|yahoo|outlook|samsung|iphone|ipad|android|gmail|"
        "proton|blackberry|windows|hey|mobile|aol|airmail|spark|mailbird|thunderbird|nine|workspace)"
    ),
    "get outlook for ",
    "envoyé (?:de(?:puis)?|à partir de|avec) (?:mon |ma |l'|yahoo|outlook|un |mobile)",
    r"(?:von|vom) meine[mr]? [^\n]{1,40}(?:gesendet|versendet|geschickt)",
    "gesendet (?:von|mit|über) |diese nachricht wurde von mein",
    "enviado (?:desde|do|de|pelo|a través) ",
    "inviato (?:da|dal|con) ",
    "(?:verzonden|verstuurd) (?:vanaf|met|via) ",
    "skickat från |sendt fra |wysłane? (?:z|przez) |lähetetty |(?:odesláno|poslané) z ",
    "отправлено (?:с|из) |iphone'?[ıi]mdan g[öo]nderildi",
    "从我的|发自我的|發自我的|来自我的|iphoneから送信|나의 iphone에서|đã gửi từ ",
    r"ᐧ\s{0,3}$",  # the invisible picture of a tracker, as text
)
# The few words above a letter that is handed on.
POINTING = (
    "fyi|below|beneath|following|see|please|pls|thoughts|help|advise|question|fw|fwd",
    "siehe|voir|ver",
)
