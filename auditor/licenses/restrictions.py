"""Words by which a sentence could take a right away or set a condition; read on normalized words."""

from __future__ import annotations

import re

__all__ = ["foreign", "restricts", "restricts_strongly"]

_RESTRICTING = re.compile(
    r"""\b(?:
      non | no | not | never | nor | without | only | solely | exclusively | must | shall | may | should
    | unless | until | till
    | cannot | can\ t | don\ t | isn\ t | if | military | personal | private | internal | individuals?
    | hobby\w* | users?
    | commerc\w* | noncommerc\w* | research\w* | academi\w* | educat\w* | evaluat\w* | student\w* | schools?
    | universities
    | prohibit\w* | forbid\w* | restrict\w* | limit\w* | exclud\w* | except\w* | permission | permit\w*
    | consent | allow\w*
    | requir\w* | provided | condition\w* | need\w* | agree\w* | oblig\w* | obtain\w* | display\w* | credit\w*
    | attribut\w*
    | revo[ck]\w* | terminat\w* | expir\w* | void | valid\w* | ends? | royalt\w* | fees? | pay\w* | paid
    | charge\w* | buy
    | purchas\w* | revenue\w* | turnover | compan(?:y|ies) | business\w* | enterprise\w* | startups? | nonprofit\w*
    | outputs? | belongs? | owns? | reserved\ to | report\w* | notif\w* | regist\w* | contact | ask | talk
    | instead | however
    | weapon\w* | surveil\w* | police | countr\w* | territor\w* | region\w* | competit\w* | comply\w*
    | indemn\w* | trial
    | nur | nicht | kein\w* | verboten | kommerziell\w* | ausschlie\w* | uniquement | seulement | interdit\w*
    | recherche
    | solo | sin | prohibid\w* | comercial\w* | soltanto | vietat\w*
    )\b | [禁仅僅只不非限须須必应應商研]""",
    re.VERBOSE,
)
# Wordings that change a license wherever in a document they stand, even far from its text.
_STRONG = re.compile(
    r"""non\ ?commercial | commons\ clause
    | (?:academic|educational|evaluation)\ (?:use|purposes?|copy|licen[sc]e)
    | (?:academic|research|evaluation|personal)\ (?:\w+\ ){0,2}only
    | (?:only|solely|exclusively)\ for\ (?:\w+\ ){0,2}(?:use|purposes?|research)
    | for\ (?:evaluation|research|academic|educational|personal)\ (?:use|purposes?)\ only
    | not\ (?:be\ )?(?:permitted|authori[sz]ed|licensed\ for|for\ commercial) | prohibited\ (?:use|to|from)
    | (?:use|redistribution|copying|distribution)\ (?:\w+\ ){0,3}
      (?:is|are)\ (?:not\ allowed|prohibited|forbidden|excluded|limited|restricted)
    | additional\ (?:terms|conditions|restrictions) | supplemental\ terms
    | (?:requires?|need|obtain|without)\ (?:an?\ |our\ |the\ |prior\ |express\ |written\ |separate\ |paid\ ){0,5}
      (?:commercial\ )?(?:licen[sc]e|permission|consent|agreement)
    | monthly\ active\ users | annual\ revenue | royalt(?:y|ies)
    | compan(?:y|ies)\ (?:\w+\ ){0,6}(?:pay|need|must|talk|contact)
    | licen[sc]e\ (?:\w+\ ){0,3}(?:expires|ends|void) | kommerziell
    | interdit | 禁\ 止 | 非\ 商 | 仅\ [供限] | 商\ 用""",
    re.VERBOSE,
)
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def restricts(words: str) -> bool:
    """Return whether normalized words could take a right away or set a condition; errs towards yes."""
    return _RESTRICTING.search(words) is not None


def restricts_strongly(words: str) -> bool:
    """Return whether normalized words limit a license even from another part of a document."""
    return _STRONG.search(words) is not None


def foreign(words: str) -> bool:
    """Return whether normalized words have letters beyond ASCII: we cannot tell what such a sentence demands."""
    return _FOREIGN.search(words) is not None
