"""Word lists that several readers share: politeness, requests, negation, hedging, questions.

They are data, kept apart from the readers so that a speaker of the language can correct them
without reading code. English, Swahili and Sheng stand together, because people mix them in one line.
"""

from __future__ import annotations

from language.text import listed

# Say nothing about the answer: greetings, thanks, forms of address, particles.
POLITE = listed("""
hi hello helo hey heey hallo mambo niaje sasa vipi habari hujambo jambo salamu salama shikamoo asalam aleikum
please pls plz plse pliz tafadhali tafathali tafadhal kindly naomba niombe samahani pole sorry excuse
thanks thank thx thnx tx asante asanteni ahsante shukran shukrani sana
sir madam maam ma'am boss bwana mkuu kaka dada bro bruh sis buda brathe msee mzee mama mum dear hun daktari
haha hehe lol wow oh ah aki ata tu basi hapo jameni jamani eti
""")

# Carry a wish without saying what is wished for.
REQUEST = listed("""
i i'd id i'll ill im i'm me my you your we us a an the to for of on at is it its it's this that and be get
can could would will may let lets want wanted wanna need like love prefer have take choose pick select go with
do give book booking reserve make put make come coming see visit appointment
nataka ningependa ningetaka nataka ninataka napenda nahitaji natakaa nipatie nipe nachagua nimechagua chagua
nichagulie niwekee niekee weka nibook nibookie nibuk kubook kuweka kuja nakuja nitakuja nitaweza naweza nije
miadi mimi kwa ya la cha wa za na ni hiyo hii hio ile hilo hayo iwe itakuwa niko iko kama
""")

NEGATION = listed("""
not don't dont doesn't doesnt can't cant cannot won't wont isn't isnt wouldn't never except without
busy unavailable neither nor wrong
si sio siyo siwezi sitaweza sitaki sihitaji sitakuja sipatikani siko sina haiwezekani isipokuwa usiweke
hatuwezi hatutaki hatutaweza usi usinipe lakini badala ila bila
""")

HEDGE = listed("""
maybe perhaps labda pengine sijui sijaamua dunno idk unsure depends inategemea later baadaye baadae badaye
think thinking nafikiria nitafikiria nitaona tutaona know idea but lakini unless wait subiri ngoja ngoj hold
""")

QUESTION = listed("""
what what's whats how why who where which when wat hw whr
gani ngapi lini wapi nani nini mbona kwanini je vipi cost costs price bei charge charges
open close closed opening closing mnafungua mnafunga mko mpo mnafunguanga kuna
""")

# Between two readings: the person has not decided, or counts something up.
EITHER = listed("or ama au na and either")

# How people ask to be put through; the interrupt's own phrase is what is left.
REACH = listed("""
talk talking speak speaking chat chatting connect connected transfer call reach contact through someone
ongea kuongea niongee tuongee zungumza kuzungumza niunganishe uniunganishe niunge kuongelesha niongeleshe
pigia nipigie nipeleke unaweza niunganisha now right hivi real live actual directly moja
""")

# What may follow "stop" without changing its meaning: stop *sending me these messages*.
MESSAGES = listed("""
sending send texting messaging bothering disturbing spamming spam messages message msgs msg texts text sms smses
whatsapp promotions promo ads these those now all sasa hivi kabisa
kunitumia kutuma kunitext kunisumbua kunimessage meseji ujumbe jumbe matangazo hizi hii
""")
