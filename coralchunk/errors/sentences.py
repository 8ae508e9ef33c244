"""Keep the sentence of an error apart from its facts, so that it can be said in other languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence, and what it says."""

    text: str  # names its facts as `{name}`, if there are any
    facts: Mapping[str, object]  # sentences and words among them are translated too

    def said(self, translate: Callable[[str], str]) -> str:
        """Return the sentence as another language says it."""
        text = translate(self.text)
        if not self.facts:
            return text
        return text.format(**{name: _said(fact, translate) for name, fact in self.facts.items()})


def _said(fact: object, translate: Callable[[str], str]) -> object:
    if isinstance(fact, Sentence):
        return fact.said(translate)
    return translate(fact) if isinstance(fact, str) else fact
