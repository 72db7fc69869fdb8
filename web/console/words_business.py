"""Sentences about having a business here: making one, what it may be set to, its poster, its money, its quick ways."""

from __future__ import annotations

BUSINESS: dict[str, tuple[str, str]] = {
    # a new business
    "new.title": ("New business", "Biashara mpya"),
    "new.lead": (
        "Five minutes to a first test booking. A list leads you on from here; you may stop and go on later.",
        "Dakika tano hadi miadi ya kwanza ya majaribio. Orodha itakuongoza; unaweza kusimama na kuendelea baadaye.",
    ),
    "new.name": ("What is it called?", "Inaitwaje?"),
    "new.country": ("Where is it?", "Iko wapi?"),
    "new.address-hint": (
        "Both can wait. Customers ask for them sooner or later.",
        "Vyote vinaweza kusubiri. Wateja wataviuliza siku moja.",
    ),
    "new.make": ("Make it", "Itengeneze"),
    "country.KE": ("Kenya", "Kenya"),
    "country.UG": ("Uganda", "Uganda"),
    "country.TZ": ("Tanzania", "Tanzania"),
    "country.NG": ("Nigeria", "Nigeria"),
    "done.business-made": ("Your business is here. What is next?", "Biashara yako iko tayari. Nini kinafuata?"),
    "audit.business.founded": ("made the business", "alitengeneza biashara"),
    "refused.not-a-founder": (
        "You were invited to work here, and can't make businesses of your own.",
        "Ulialikwa kufanya kazi hapa, huwezi kutengeneza biashara yako.",
    ),
    "refused.not-a-founder.remedy": (
        "Ask whoever runs this server for an account of your own.",
        "Mwombe anayeendesha seva hii akaunti yako mwenyewe.",
    ),
    # what may be taken away, and what stops then
    "settings.number-spare": (
        "A number of the simulated WhatsApp that is still free. It needs no token: leave that empty.",
        "Namba ya WhatsApp ya kuigiza ambayo bado haitumiki. Haihitaji token: iache wazi.",
    ),
    "settings.remove-number": ("Remove …", "Ondoa …"),
    "settings.remove-number-warning": (
        "Who writes to this number gets no answer any more, and nothing can be sent from it: no confirmation, no "
        "reminder. Bookings stay.",
        "Anayeandika kwa namba hii hatajibiwa tena, na hakuna kinachoweza kutumwa kutoka kwake: uthibitisho wala "
        "ukumbusho. Miadi inabaki.",
    ),
    "settings.remove-number-links": (
        "Your links, QR codes and chat button lead to it, and stop working or lead to the number before it.",
        "Viungo vyako, QR code na kitufe cha chat vinaelekea kwake; vitaacha kufanya kazi au vitaelekea ya awali.",
    ),
    "settings.remove-number-now": ("Remove number {number}", "Ondoa namba {number}"),
    "settings.remove-token": ("Forget the access token …", "Sahau access token …"),
    "settings.remove-token-warning": (
        "Nothing can be sent on WhatsApp until you give another token. What customers write is still kept.",
        "Hakuna kinachoweza kutumwa kwa WhatsApp hadi uweke token nyingine. Wanachoandika wateja bado kinahifadhiwa.",
    ),
    "settings.remove-token-now": ("Forget the token", "Sahau token"),
    "settings.remove-keys": ("Forget these keys …", "Sahau funguo hizi …"),
    "settings.remove-keys-warning": (
        "Customers can't pay deposits any more: services that ask for one can't be booked to the end.",
        "Wateja hawataweza kulipa deposit: huduma zinazohitaji deposit hazitawekwa hadi mwisho.",
    ),
    "settings.remove-keys-shared": (
        "Deposits then go to the account of this server, not to yours.",
        "Deposit zitaenda kwenye akaunti ya seva hii, si yako.",
    ),
    "settings.remove-keys-waiting": (
        "{count} payments are under way and can't be looked up at M-Pesa afterwards.",
        "Malipo {count} yanaendelea na hayataweza kuthibitishwa kwa M-Pesa baadaye.",
    ),
    "settings.remove-keys-now": ("Forget the keys", "Sahau funguo"),
    "done.number-removed": ("The number is removed.", "Namba imeondolewa."),
    "done.number-unlinked": (
        "The number is removed. Meta did not tell your other number just now, so links and QR codes lead nowhere: "
        "connect that number once more.",
        "Namba imeondolewa. Meta haikutaja namba yako nyingine sasa hivi, hivyo viungo na misimbo ya QR haielekei "
        "popote: unganisha namba hiyo tena.",
    ),
    "done.token-removed": ("The token is forgotten.", "Token imesahauliwa."),
    "done.keys-removed": ("The keys are forgotten.", "Funguo zimesahauliwa."),
    "audit.settings.number_removed": ("removed a number", "aliondoa namba"),
    "audit.settings.token_removed": ("removed the WhatsApp token", "aliondoa token ya WhatsApp"),
    "audit.settings.mpesa_removed": ("removed the M-Pesa keys", "aliondoa funguo za M-Pesa"),
    # messages that the business begins
    "settings.messaging": ("When you write first", "Unapoanza kuandika"),
    "settings.messaging-lead": (
        "Reminders, offers and the like. Answers go out at any hour. You may be stricter here than the rules are.",
        "Vikumbusho, ofa na mengineyo. Majibu hutumwa saa yoyote. Hapa unaweza kuwa mkali kuliko kanuni.",
    ),
    "settings.messaging-rules": ("See the rules", "Tazama kanuni"),
    "settings.quiet_from": ("Quiet in the evening from", "Kimya jioni kuanzia"),
    "settings.quiet_until": ("Quiet in the morning until", "Kimya asubuhi hadi"),
    "settings.most_a_day": ("Messages to one customer in a day, at most", "Ujumbe kwa mteja mmoja kwa siku, zaidi"),
    "settings.most_offers_a_week": ("Offers to one customer in a week, at most", "Ofa kwa mteja mmoja kwa wiki, zaidi"),
    "settings.as-rules": ("as the rules say", "kama kanuni zinavyosema"),
    "done.messaging-saved": ("Saved. It holds from the next message on.", "Imehifadhiwa. Inaanza na ujumbe unaofuata."),
    "audit.settings.messaging": ("changed when customers are written to", "alibadilisha lini wateja wanaandikiwa"),
    # what cannot be
    "wrong.form": (
        "Something in this form can't be; look at it again.",
        "Kitu kwenye fomu hii hakiwezekani; itazame tena.",
    ),
    "wrong.no-name": ("The business needs a name.", "Biashara inahitaji jina."),
    "wrong.no-zone": (
        "“{value}” is no time zone like Africa/Nairobi.",
        "“{value}” si saa za eneo kama Africa/Nairobi.",
    ),
    "wrong.no-phone": (
        "“{value}” is no phone number like 0712 345 678.",
        "“{value}” si namba ya simu kama 0712 345 678.",
    ),
    "wrong.no-url": (
        "“{value}” is no web address like https://…",
        "“{value}” si anwani ya tovuti kama https://…",
    ),
    "wrong.no-language": ("Choose at least one language.", "Chagua angalau lugha moja."),
    "wrong.number-taken": (
        "This number belongs to another business on this server.",
        "Namba hii ni ya biashara nyingine kwenye seva hii.",
    ),
    "wrong.hold": (
        "a hold lasts between a minute and a day.",
        "nafasi hushikiliwa kati ya dakika moja na siku moja.",
    ),
    "wrong.refund": (
        "Cancelling: 0 to 100 percent goes back, for a notice of 0 hours or more.",
        "Kughairi: asilimia 0 hadi 100 inarudishwa, kwa taarifa ya saa 0 au zaidi.",
    ),
    "wrong.move": (
        "Moving takes a notice of 0 hours or more, and a number of times.",
        "Kuhamisha kunahitaji taarifa ya saa 0 au zaidi, na idadi ya mara.",
    ),
    "wrong.no-number": ("“{value}” is no whole number.", "“{value}” si namba kamili."),
    "wrong.no-amount": ("“{value}” is no amount like 1500.", "“{value}” si kiasi kama 1500."),
    "wrong.by-whom": ("Say who or what is booked for it: choose who.", "Sema nani au nini kinawekewa miadi: chagua."),
    "wrong.name-it": ("Please give it a name.", "Tafadhali ipe jina."),
    "wrong.whole-shillings": ("M-Pesa moves whole shillings only.", "M-Pesa hutuma shilingi kamili tu."),
    "wrong.deposit-range": (
        "The deposit must lie between nothing and the price.",
        "Deposit lazima iwe kati ya sifuri na bei.",
    ),
    "wrong.duration": (
        "How long it takes must be a multiple of 5 minutes, up to 24 hours.",
        "Muda lazima ugawanyike kwa dakika 5, hadi saa 24.",
    ),
    "wrong.nights": ("It takes between 1 and 365 nights.", "Ni kati ya usiku 1 na 365."),
    "wrong.horizon": ("Bookings reach from 1 to 730 days ahead.", "Miadi huwekwa kuanzia siku 1 hadi 730 mbele."),
    "wrong.capacity": ("There are between 1 and 500 of a kind.", "Ni kati ya 1 na 500 zinazofanana."),
    "wrong.check-out": (
        "Guests must leave before the next ones come.",
        "Wageni waondoke kabla ya wengine kuingia.",
    ),
    "wrong.span-pair": (
        "write times like 08:00-17:00, several with a comma between.",
        "andika saa kama 08:00-17:00, nyingi zitenganishwe kwa mkato.",
    ),
    "wrong.span-order": ("the end must come after the beginning.", "mwisho lazima uwe baada ya mwanzo."),
    "wrong.span-overlap": ("two times overlap.", "saa mbili zinagongana."),
    "wrong.no-time": ("“{value}” is no time of day like 08:30.", "“{value}” si saa kama 08:30."),
    "wrong.time-step": ("“{value}”: times are in steps of 5 minutes.", "“{value}”: saa huenda kwa dakika 5."),
    "wrong.no-date": ("“{value}” is no date like 2026-12-25.", "“{value}” si tarehe kama 2026-12-25."),
    "wrong.keys-missing": (
        "All keys are needed. They are not shown again, so write each anew.",
        "Funguo zote zinahitajika. Hazionyeshwi tena, kwa hiyo andika kila moja upya.",
    ),
    "wrong.shortcode": ("The M-Pesa shortcode is 5 to 7 digits.", "Shortcode ya M-Pesa ni tarakimu 5 hadi 7."),
    "wrong.till": ("Buy goods needs the till number.", "Buy goods inahitaji namba ya till."),
    "wrong.messaging": (
        "Quiet begins between 16:00 and 24:00 and ends between 0:00 and 12:00; a limit is between 1 and 50.",
        "Ukimya huanza kati ya 16:00 na 24:00 na huisha kati ya 0:00 na 12:00; kikomo ni kati ya 1 na 50.",
    ),
    # the console as an app on a phone
    "app.name": ("AAIS console", "Dashibodi ya AAIS"),
    "app.description": (
        "Your bookings, conversations and money on the way.",
        "Miadi, mazungumzo na pesa zako ukiwa njiani.",
    ),
    "app.go-bookings": ("Today's bookings", "Miadi ya leo"),
    "app.go-waiting": ("Who waits for me", "Wanaonisubiri"),
    "app.go-approve": ("Approve", "Idhinisha"),
    "app.go-money": ("Today's money", "Pesa za leo"),
    "offline.title": ("No connection", "Hakuna mtandao"),
    "offline.lead": (
        "This phone reaches nothing just now. Your business goes on: customers are answered by the server.",
        "Simu hii haina mtandao sasa. Biashara yako inaendelea: seva inajibu wateja.",
    ),
    "offline.again": ("Try again", "Jaribu tena"),
    "offline.unsent": (
        "Nothing was sent; what you typed is still here.",
        "Hakuna kilichotumwa; ulichoandika bado kipo.",
    ),
    # today, on the way
    "quick.waiting": ("Who waits for a person", "Wanaosubiri mtu"),
    "quick.take": ("Take over", "Chukua"),
    "quick.mine": ("yours", "yako"),
    "quick.look": ("Look and decide", "Tazama na uamue"),
    "money.title": ("Today's money", "Pesa za leo"),
    "money.received": ("came in", "zimeingia"),
    "money.waiting": ("asked for, not paid yet", "zimeombwa, bado hazijalipwa"),
    "money.booking": ("Booking", "Miadi"),
    "money.none": ("Nobody was asked for money today.", "Leo hakuna aliyeombwa pesa."),
    "money.more": ("And others before these.", "Na mengine kabla ya haya."),
    # the poster
    "poster.title": ("Poster, link and chat button", "Bango, kiungo na kitufe cha chat"),
    "poster.lead": ("Ready to print and to copy.", "Tayari kuchapwa na kunakiliwa."),
    "poster.call": ("Book on WhatsApp", "Weka miadi kwa WhatsApp"),
    "poster.how": ("Point your camera here, then press send.", "Elekeza kamera hapa, kisha tuma."),
    "poster.or-write": ("or write to {number}", "au andika kwa {number}"),
    "poster.print": ("Print", "Chapa"),
    "poster.print-hint": (
        "Prints one page, in both of your languages. Or use your browser's Print.",
        "Ukurasa mmoja, kwa lugha zako. Au tumia Chapa ya kivinjari chako.",
    ),
    "poster.widget-hint": (
        "Paste this line before the end of your web page's body.",
        "Bandika mstari huu kabla ya mwisho wa body ya tovuti yako.",
    ),
    "poster.chat-hint": (
        "For ads, posts and your profile: it remembers where the customer came from.",
        "Kwa matangazo na ukurasa wako: inakumbuka mteja alitoka wapi.",
    ),
    "poster.wa_me-hint": ("Where a plain link is asked for.", "Panapohitajika kiungo cha kawaida."),
    "poster.picture": ("The QR code by itself", "QR code peke yake"),
}
