"""Handing over to a real server on loopback, and every way that can go wrong."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consultant.config import RelaySettings
from consultant.outgoing import relay
from consultant.outgoing.relay import HandedOver, RefusedError, TryLaterError, UnknownOutcomeError
from tests.postbox import Moment, Postbox, certificate, tls_from

__all__ = ["certificate"]  # a fixture

MESSAGE = b"Subject: hello\r\nMessage-ID: <Q-1@consult.example>\r\n\r\nDear Ann\r\n.\r\n..dots\r\n"
ANN, BOB = "ann@clinic.example", "bob@clinic.example"
US = "consult@consult.example"


class Brink:
    """Notes whether the relay was about to take the letter."""

    def __init__(self) -> None:
        self.reached = 0

    def __call__(self) -> None:
        self.reached += 1


def hand_over(
    settings: RelaySettings, *recipients: str, message: bytes = MESSAGE, sender: str = US, brink: Brink | None = None
) -> HandedOver:
    """Hand the message over to Ann unless told otherwise."""
    return relay.hand_over(message, sender, recipients or (ANN,), settings, on_the_brink=brink or Brink())


def test_a_letter_arrives_byte_for_byte() -> None:
    brink = Brink()
    with Postbox() as postbox:
        handed = hand_over(postbox.settings(), ANN, BOB, ANN, brink=brink)
        (letter,) = postbox.wait_for(1)
    assert letter.content == MESSAGE
    assert (letter.sender, letter.recipients) == (US, (ANN, BOB))
    assert handed == HandedOver("250 2.0.0 Taken as 7F3K")
    assert brink.reached == 1


def test_bare_line_ends_cannot_smuggle_a_second_letter() -> None:
    smuggled = b"Subject: hello\n\nDear Ann\n.\nMAIL FROM:<bob@other.example>\r.\r\n.\rRSET"
    with Postbox() as postbox:
        hand_over(postbox.settings(), message=smuggled)
        (letter,) = postbox.wait_for(1)
    expected = b"Subject: hello\r\n\r\nDear Ann\r\n.\r\nMAIL FROM:<bob@other.example>\r\n.\r\n.\r\nRSET\r\n"
    assert letter.content == expected


def test_machine_mail_leaves_with_the_null_sender() -> None:
    with Postbox() as postbox:
        hand_over(postbox.settings(), sender="")
        assert postbox.wait_for(1)[0].sender == ""


def test_we_greet_with_the_name_we_are_given() -> None:
    with Postbox() as postbox:
        relay.hand_over(
            MESSAGE, US, [ANN], postbox.settings(), on_the_brink=lambda: None, hostname="mail.consult.example"
        )
        assert postbox.wait_for(1)[0].hello == "mail.consult.example"


def test_one_recipient_refused_is_reported_and_the_others_are_served() -> None:
    with Postbox() as postbox:
        postbox.refuses(BOB, "550 5.1.1 No such\tmailbox")
        handed = hand_over(postbox.settings(), BOB, ANN)
        (letter,) = postbox.wait_for(1)
    assert letter.recipients == (ANN,)
    assert handed.refused == (relay.Refusal(BOB, 550, "5.1.1 No such mailbox"),)
    assert not handed.refused[0].temporary


def test_all_recipients_refused_is_a_refusal_for_good() -> None:
    brink = Brink()
    with Postbox() as postbox:
        postbox.refuses(ANN, "550 5.1.1 No")
        postbox.refuses(BOB, "551 5.7.1 Never")
        with pytest.raises(RefusedError, match=r"550 5\.1\.1 No; 551 5\.7\.1 Never"):
            hand_over(postbox.settings(), ANN, BOB, brink=brink)
    assert brink.reached == 0
    assert not postbox.letters


def test_all_recipients_refused_and_one_of_them_for_now_is_tried_later() -> None:
    with Postbox() as postbox:
        postbox.refuses(ANN, "550 5.1.1 No")
        postbox.refuses(BOB, "450 4.2.1 Busy")
        with pytest.raises(TryLaterError):
            hand_over(postbox.settings(), ANN, BOB)


@pytest.mark.parametrize("moment", [Moment.MAIL, Moment.RCPT, Moment.DATA, Moment.DOT])
def test_a_reply_451_means_later_and_the_next_try_succeeds(moment: Moment) -> None:
    with Postbox() as postbox:
        postbox.will_say("451 4.3.0 Busy", at=moment)
        with pytest.raises(TryLaterError, match=r"451 4\.3\.0 Busy\. It will be tried again"):
            hand_over(postbox.settings())
        assert not postbox.letters
        hand_over(postbox.settings())
        postbox.wait_for(1)


@pytest.mark.parametrize("moment", [Moment.MAIL, Moment.RCPT, Moment.DATA, Moment.DOT])
def test_a_reply_550_means_never(moment: Moment) -> None:
    with Postbox() as postbox:
        postbox.will_say("550 5.7.1 Not here", at=moment)
        with pytest.raises(RefusedError, match=r"550 5\.7\.1 Not here"):
            hand_over(postbox.settings())
        assert not postbox.letters


@pytest.mark.parametrize("reply", ["421 4.3.2 Restarting", "554 5.3.2 No service here"])
def test_a_relay_that_turns_everybody_away_says_nothing_about_the_letter(reply: str) -> None:
    with Postbox() as postbox:
        postbox.will_say(reply, at=Moment.GREETING)
        with pytest.raises(TryLaterError):
            hand_over(postbox.settings())


@pytest.mark.parametrize("moment", [Moment.GREETING, Moment.MAIL, Moment.RCPT, Moment.DATA])
def test_a_connection_that_breaks_before_the_dot_means_later(moment: Moment) -> None:
    brink = Brink()
    with Postbox() as postbox:
        postbox.will_hang_up(at=moment)
        with pytest.raises(TryLaterError):
            hand_over(postbox.settings(), brink=brink)
    assert brink.reached == 0


def test_a_connection_that_breaks_after_the_dot_leaves_the_outcome_unknown() -> None:
    brink = Brink()
    with Postbox() as postbox:
        postbox.will_hang_up(at=Moment.DOT)
        with pytest.raises(UnknownOutcomeError):
            hand_over(postbox.settings(), brink=brink)
        assert len(postbox.letters) == 1
    assert brink.reached == 1


def test_a_caller_that_cannot_note_the_brink_keeps_the_letter_here() -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    with Postbox() as postbox:
        with pytest.raises(OSError, match="No space left"):
            relay.hand_over(MESSAGE, US, [ANN], postbox.settings(), on_the_brink=full)
        hand_over(postbox.settings(), BOB)
        assert [letter.recipients for letter in postbox.wait_for(1)] == [(BOB,)]


def test_nobody_listening_means_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TryLaterError, match=r"refused"):
        hand_over(RelaySettings(host="127.0.0.1", port=port, tls="none"))


def test_a_relay_that_never_speaks_means_later() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(TryLaterError, match="timed out"),
    ):
        hand_over(RelaySettings(host="127.0.0.1", port=silent.getsockname()[1], tls="none", timeout_seconds=1))


@contextmanager
def a_relay_that_answers(*replies: bytes) -> Iterator[RelaySettings]:
    """Speak these replies to one caller, whatever it says, one for each line it sends or each dot."""

    def speak() -> None:
        caller, _ = server.accept()
        with caller, caller.makefile("rb") as lines:
            for reply in replies:
                caller.sendall(reply)
                while reply.startswith(b"354") and lines.readline() not in {b".\r\n", b""}:
                    pass
                if not reply.startswith(b"354"):
                    lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=speak)
        thread.start()
        yield RelaySettings(host="127.0.0.1", port=server.getsockname()[1], tls="none", timeout_seconds=5)
        thread.join()


def test_an_answer_to_the_dot_that_is_none_leaves_the_outcome_unknown() -> None:
    greeting = (b"220 hello\r\n", b"250 hello\r\n", b"250 fine\r\n", b"250 fine\r\n", b"354 go on\r\n")
    with a_relay_that_answers(*greeting, b"what?\r\n") as settings, pytest.raises(UnknownOutcomeError):
        hand_over(settings)


def test_a_relay_that_wants_no_content_means_later() -> None:
    greeting = (b"220 hello\r\n", b"250 hello\r\n", b"250 fine\r\n", b"250 fine\r\n")
    with a_relay_that_answers(*greeting, b"250 fine\r\n") as settings, pytest.raises(TryLaterError):
        hand_over(settings)


def test_a_long_rude_reply_is_kept_short_and_on_one_line() -> None:
    with Postbox() as postbox:
        postbox.will_say("550-" + "no\x1b[31m " * 500 + "\r\n550 at all", at=Moment.MAIL)
        with pytest.raises(RefusedError) as raised:
            hand_over(postbox.settings())
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 500


def test_a_letter_over_the_relays_limit_is_refused_before_it_is_sent() -> None:
    with Postbox(size_limit=1000) as postbox, pytest.raises(RefusedError, match="the relay takes 1000"):
        hand_over(postbox.settings(), message=b"Subject: long\r\n\r\n" + b"x" * 2000)


def test_an_address_that_is_none_reaches_no_relay() -> None:
    with Postbox() as postbox:
        for wrong in ("ann@clinic.example>\r\nRCPT TO:<bob@other.example", "Ann <ann@clinic.example>", ""):
            with pytest.raises(RefusedError):
                hand_over(postbox.settings(), wrong)
        assert not postbox.letters


def test_no_recipient_is_a_refusal() -> None:
    with Postbox() as postbox, pytest.raises(RefusedError, match="it has no recipient"):
        relay.hand_over(MESSAGE, US, [], postbox.settings(), on_the_brink=lambda: None)


def test_utf8_addresses_are_sent_only_where_they_are_understood() -> None:
    with Postbox(utf8=True) as postbox:
        hand_over(postbox.settings(), "änne@clinic.example")
        hand_over(postbox.settings())
        utf8, plain = postbox.wait_for(2)
    assert (utf8.recipients, utf8.utf8) == (("änne@clinic.example",), True)
    assert not plain.utf8
    with Postbox() as postbox, pytest.raises(RefusedError, match="SMTPUTF8"):
        hand_over(postbox.settings(), "änne@clinic.example")


@pytest.fixture
def trusting(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return the self-made certificate, trusted by this process the way an operator would have it trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return certificate


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_letter_and_a_login_travel_encrypted(trusting: tuple[Path, Path], tls: str) -> None:
    with Postbox(tls=tls_from(trusting), implicit=tls == "implicit", login={"house": "secret"}) as postbox:
        hand_over(postbox.settings(host="localhost", tls=tls, username="house", password="secret"))
        assert postbox.wait_for(1)[0].encrypted


def test_the_password_comes_from_a_file(trusting: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    with Postbox(tls=tls_from(trusting), login={"house": "secret"}) as postbox:
        login = {"host": "localhost", "tls": "starttls", "username": "house", "password_file": str(file)}
        hand_over(postbox.settings(**login))
        postbox.wait_for(1)
        file.unlink()
        with pytest.raises(TryLaterError, match="No such file"):
            hand_over(postbox.settings(**login))


@pytest.mark.parametrize("password", ["wrong", "wröng"])
def test_a_login_that_fails_says_nothing_about_the_letter(trusting: tuple[Path, Path], password: str) -> None:
    with Postbox(tls=tls_from(trusting), login={"house": "secret"}) as postbox:
        with pytest.raises(TryLaterError):
            hand_over(postbox.settings(host="localhost", tls="starttls", username="house", password=password))
        assert not postbox.letters


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_nobody_vouches_for_is_not_trusted(certificate: tuple[Path, Path], tls: str) -> None:
    with Postbox(tls=tls_from(certificate), implicit=tls == "implicit") as postbox:
        with pytest.raises(TryLaterError, match="certificate verify failed"):
            hand_over(postbox.settings(host="localhost", tls=tls))
        assert not postbox.letters


def test_a_certificate_for_another_name_is_not_trusted(trusting: tuple[Path, Path]) -> None:
    with Postbox(tls=tls_from(trusting)) as postbox:
        with pytest.raises(TryLaterError, match="certificate verify failed"):
            hand_over(postbox.settings(tls="starttls"))
        assert not postbox.letters


def test_a_relay_without_starttls_gets_nothing_in_clear() -> None:
    with Postbox() as postbox:
        with pytest.raises(TryLaterError, match="STARTTLS"):
            hand_over(postbox.settings(tls="starttls"))
        assert not postbox.letters
