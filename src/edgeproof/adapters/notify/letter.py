"""A message as a mail: plain text and HTML, the chart inside it.

A mail is a pure function of its message: sent twice it has the same Message-ID and the same bytes, so that mail
programs which look at ids show it once. Mails of one subject refer to the same root and are shown as one thread.
"""

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from edgeproof.adapters.notify import words
from edgeproof.adapters.notify.picture import alternative
from edgeproof.core.model.message import Severity
from edgeproof.ports.channels import Outgoing

_LONGEST_SUBJECT = 200
_PRIORITY = {Severity.CRITICAL: ("1", "high"), Severity.WARNING: ("3", "normal"), Severity.INFO: ("5", "low")}
_STYLE = (
    "body{font:16px/1.45 system-ui,sans-serif;max-width:44em;margin:1em auto;padding:0 1em}"
    "td{padding:.15em 1.2em .15em 0;vertical-align:top}td:first-child{opacity:.7}"
    ".mark{border-left:4px solid #d98e04;padding-left:.7em;font-weight:600}"
    "pre{white-space:pre-wrap;font:inherit}img{max-width:100%;height:auto}"
)


def letter_of(outgoing: Outgoing, sender: str, to: tuple[str, ...], chart: bytes | None = None) -> EmailMessage:
    """The mail of a message."""
    message = outgoing.message
    domain = sender.rpartition("@")[2].rstrip(">") or "edgeproof.invalid"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = words.cut(words.title(outgoing), _LONGEST_SUBJECT)
    # When it was queued, not when it is sent: see above.
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.queued_at // 1000, UTC))
    mail["Message-ID"] = f"<{_digest('message', message.id)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Priority"], mail["Importance"] = _PRIORITY[message.severity]
    if message.subject:
        root = f"<{_digest('subject', message.subject)}@{domain}>"
        mail["In-Reply-To"], mail["References"] = root, root
    _fill(mail, outgoing, chart, domain)
    return mail


def _fill(mail: EmailMessage, outgoing: Outgoing, chart: bytes | None, domain: str) -> None:
    cid = f"chart-{_digest('message', outgoing.message.id)}@{domain}"
    mail.set_content(words.plain(outgoing) + "\n", cte="quoted-printable")
    mail.add_alternative(html_of(outgoing, cid if chart else None), subtype="html", cte="quoted-printable")
    if chart:
        page = mail.get_payload(1)
        if isinstance(page, EmailMessage):
            page.add_related(chart, "image", "png", cid=f"<{cid}>", filename="chart.png", disposition="inline")
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            # Python's own boundaries are random.
            part.set_boundary(f"=_{_digest(f'boundary {number}', outgoing.message.id)}")


def _digest(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "backslashreplace")).hexdigest()[:32]


def html_of(outgoing: Outgoing, cid: str | None = None) -> str:
    """The message as a page that is readable in the dark and without pictures; it fetches nothing."""
    message = outgoing.message
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in message.fields)
    parts = [
        *(f'<p class="mark">{escape(each)}</p>' for each in words.marks(outgoing)),
        f"<h2>{escape(words.one_line(message.title))}</h2>",
        f"<table>{rows}</table>" if rows else "",
        f"<pre>{escape(message.text.strip())}</pre>" if message.text.strip() else "",
        "".join(f"<p>{escape(each)}</p>" for each in words.updates(outgoing)),
        f'<p><img src="cid:{escape(cid)}" alt="{escape(alternative(message))}"></p>' if cid else "",
    ]
    head = f'<meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>{_STYLE}</style>'
    body = "\n".join(each for each in parts if each)
    return f"<!doctype html>\n<html><head>{head}</head>\n<body>\n{words.sound(body)}\n</body></html>\n"
