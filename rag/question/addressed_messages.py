"""Messages to the assistant itself, in any wording: who it is, whether it is right, what it cannot do.

A message is compared in meaning with examples of each kind, and with questions to an archive that name nobody either.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rag.question.small_talk import SmallTalk
from rag.text.names import find_names

_EXAMPLES: dict[SmallTalk, str] = {
    "greeting": """
        hello; good morning; hi, how are you; how is it going; what's up; hey there, how are you doing; nice to meet
        you; are you there; is anybody there; who are you; what are you; what is your name; what do you know; do you
        know everything; what can you do for me; what can you do; can you help me; how do you work; how does this
        work; how do I use this; who made you; who built this; are you a robot; are you human; are you an AI; are you
        ChatGPT; which model are you; do you use a language model; how old are you; where do you live; what should I
        ask; what can I ask you; give me some examples of questions; suggest a question; surprise me; tell me
        something interesting; where do you get your information; where does your information come from; what is your
        knowledge based on; can I trust you; are you reliable; how accurate are your answers; do you make things up;
        do you hallucinate; are you biased; is this archive up to date; how recent is your information; how up to date
        are you; when was this archive last updated; do you have access to the internet; can you search the web; what
        languages do you speak; do you understand German; what topics are covered; what is in this archive; what is
        this archive about; do you remember our conversation; do you store my questions; is this private; help me
        please; I don't understand this; this is confusing; I need help
    """,
    "thanks": """
        thanks; that was helpful, thank you; good answer; great job; you are great; I love you; I like you; goodbye;
        see you later; never mind; forget it; okay, good; that's all for now; nice work; lol; haha; funny
    """,
    "complaint": """
        that's wrong; that is not right; this answer is wrong; that's not what I asked; you are useless; you are
        stupid; this is rubbish; bad answer; that didn't help; you misunderstood me; I don't believe you; that makes
        no sense; try again
    """,
    "errand": """
        tell me a joke; tell me a joke about politics; do you know a joke about lawyers; tell me something funny about banks; write a poem about the war; make up a story about a company; sing a song about money; say something funny; sing me a song; write a poem; write me a story; tell me a story; write an
        email; write an article; write some code; play a game with me; what is the weather today; will it rain
        tomorrow; what time is it; what day is it today; what is today's date; what is two plus two; how much is 2
        times 3; what is your opinion; what do you think; do you like music; what is your favourite colour; do you
        have feelings; are you happy; do you sleep; what is the meaning of life; should I buy a house; how do I cook
        rice; recommend a restaurant; please be brief; answer in one sentence; book a flight; set an alarm; open the
        window; guess what I am thinking; I am bored; I am sad; do you love me; will you marry me
    """,
}
_NEWS = """
    how old is he; who is she; what did he say; what did they say about it; who made it; who built it; how does it
    work; what is it; why; why not; what happened next; what happened then; when was that; where was that; who was
    that; how many were there; how much was it; how much did it cost; and in Europe; and last year; what about the
    company; what is the latest; what is new today; what happened today; what happened yesterday; what is in the
    news; latest news; how did it end; what were the reasons; what did the court decide; what did the judge say;
    who paid the fine; how many people died; what caused the accident; what is the law about; what did experts
    think; what does the report say; who is affected; when does it start; who was blamed; did it help; was it
    true; is it still going on; was anyone arrested; what do critics say; what was the reaction; how was it
    discovered; what is the weather phenomenon; what time did the attack begin; how did the storm start; who won;
    who won the match; what was the score; how recent was the attack; how did the robot work; is the information
    private; which languages were affected; did the company apologise; who wrote the article; what is the song
    about; what was the joke; how is the economy going; what were people told to do; how can people protect
    themselves; what should users do; where does the money come from; where did the data come from; how did the
    hackers get in; what was stolen; how reliable is the test; how accurate was the forecast; do machines
    hallucinate; summarise the story; explain the ruling; give me the main points; tell me about the strike; tell
    me more; list the fines; compare the two; what changed; tell me about the election; what do you know about the
    flood; can you tell me about the trial; do you have anything on the merger; what can you tell me about the
    strike; can you explain the new law; could you summarise the hearing for me; I need the date of the vote; help
    me understand the case; give me examples of fines
"""

# From .05 to .12 the same messages are taken for what they are (tests/rag/question/test_addressed_messages.py).
_NEARER = 0.1
_COMPARED = 5
_WORDS = 14
"""A message to the assistant is short."""

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]


class AddressedMessages:
    """Tell messages to the assistant from questions to the archive."""

    def __init__(self, embed: Embed) -> None:
        """Compare meanings by `embed`: of n texts, n vectors of length 1."""
        self._embed = embed

    def find_kind(self, message: str) -> SmallTalk | None:
        """Return what kind of message to the assistant this is, or None for a question to the archive.

        What holds a name or a year is always a question to the archive.
        """
        words = message.split()
        if (
            not 0 < len(words) <= _WORDS
            or find_names(message)
            or any(len(word) == 4 and word.isdecimal() for word in words)
        ):
            return None
        kinds, examples, news = self._known
        vector = self._embed([message])[0]
        near = examples @ vector
        if _average_nearest(near) - _average_nearest(news @ vector) < _NEARER:
            return None
        return kinds[int(near.argmax())]

    @cached_property
    def _known(self) -> tuple[list[SmallTalk], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        pairs = [(kind, text.strip()) for kind, listed in _EXAMPLES.items() for text in listed.split(";")]
        news = [text.strip() for text in _NEWS.split(";")]
        vectors = self._embed([*(text for _, text in pairs), *news])
        return [kind for kind, _ in pairs], vectors[: len(pairs)], vectors[len(pairs) :]


def _average_nearest(cosines: npt.NDArray[np.float32]) -> float:
    """Return the mean of the greatest cosines: one example alone is near by chance."""
    return float(np.sort(cosines)[-_COMPARED:].mean())
