"""Which language a line is in, by its small words. "" when it could be either: the conversation keeps its own."""

from __future__ import annotations

from language.text import listed, plain, tokens

_ENGLISH = listed(
    """
    the a an and or but is are was were be been am do does did have has had will would can could should shall may
    might must i you he she it we they me him her us them my your his its our their this that these those here there
    where when what who how why which not no yes to of in on at for from with about into over after before between
    under by as if then than so hello hey good morning afternoon evening please thanks thank want need like book
    booking appointment time today tomorrow day week month price much many more less some any all one two three
    first second last now later sorry okay see come going get give take make let know think help free available
    cancel change move talk speak person pay paid money friday monday tuesday wednesday thursday saturday sunday
    """
)
_SWAHILI = listed(
    """
    na ya wa la za cha vya kwa ni si sio siyo au ama lakini pia tu sana kabisa hii hiyo hizo huyu yule hapa hapo
    pale huku mimi wewe yeye sisi nyinyi wao yangu yako yake yetu langu lako wangu wako changu nini nani lini wapi
    gani ngapi vipi kwanini habari jambo hujambo mambo niaje asante asanteni karibu tafadhali naomba samahani pole
    ndio ndiyo hapana sawa poa fiti nataka ninataka ningependa nahitaji naweza unaweza tunaweza nitakuja nakuja kuja
    njoo nipe nipatie weka niwekee miadi leo kesho keshokutwa jana juzi siku wiki mwezi mwaka saa asubuhi mchana
    jioni usiku dakika nusu jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili moja mbili tatu nne tano
    sita saba nane tisa kumi elfu mia pesa bei lipa kulipa nimelipa kuongea mtu watu msaada saidia niko uko iko kuna
    hakuna sina nina una ana naitwa jina sijui labda eeh zii apana acha bado sasa baadaye nikuje mko mnafungua
    mnafunga
    """
)


def detect(text: str) -> str:
    """ "en", "sw", or "" when neither has more small words than the other."""
    words = tokens(plain(text))[:80]
    english = sum(word in _ENGLISH for word in words)
    swahili = sum(word in _SWAHILI for word in words)
    if english == swahili:
        return ""
    return "en" if english > swahili else "sw"
