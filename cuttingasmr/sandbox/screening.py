"""What the moderation stranger lets through.

One rule: few and plain words; it imitates a verdict, it does not judge well.
"""

import re
from typing import Literal

Decision = Literal["allow", "flag", "deny"]

_DENIED = re.compile(
    r"\b(child (abuse|porn\w*|sex\w*)|underage|lolita|csam|porn\w*|nud(e|es|ity)|hentai|sexual(ly)?|rape[ds]?|raping"
    r"|gore|gory|behead\w*|decapitat\w*|dismember\w*|disembowel\w*|mutilat\w*|tortur\w*|human (flesh|organs?|body parts?)"
    r"|severed (finger|hand|head|limb)s?|suicide|self[- ]harm|terroris[mt]\w*|swastika)\b",
    re.IGNORECASE,
)
_FLAGGED = re.compile(
    r"\b(kill(s|ing)?|murder\w*|corpses?|cocaine|heroin|overdose|massacre)\b", re.IGNORECASE
)


def decide(prompt: str) -> Decision:
    """Give the verdict on a prompt; `sandbox:deny` and `sandbox:flag` choose it."""
    if "sandbox:deny" in prompt or _DENIED.search(prompt):
        return "deny"
    if "sandbox:flag" in prompt or _FLAGGED.search(prompt):
        return "flag"
    return "allow"
