"""The words of connecting ad accounts, of telling platforms what their ads brought, and of measuring."""

from __future__ import annotations

AD_ACCOUNTS: dict[str, tuple[str, str]] = {
    "adset.title": ("Ad accounts and measuring", "Akaunti za matangazo na upimaji"),
    "adset.lead": (
        "Connect where your ads run, tell the platforms what they brought, and measure your own pages.",
        "Unganisha matangazo yako yanakoendeshwa, ambia majukwaa yalicholeta, na upime kurasa zako.",
    ),
    "adset.accounts": ("Where ads run", "Matangazo yanakoendeshwa"),
    "adset.no-account": ("Not connected.", "Haijaunganishwa."),
    "adset.connect": ("Connect {platform} …", "Unganisha {platform} …"),
    "adset.anew": ("Give new keys for {platform} …", "Weka funguo mpya za {platform} …"),
    "adset.checked": ("tried {when}", "ilijaribiwa {when}"),
    "adset.other-currency": (
        "Your prices are in {own}: ads here cannot be launched until both are the same.",
        "Bei zako ni za {own}: matangazo hapa hayawezi kuzinduliwa hadi zote ziwe sawa.",
    ),
    "adset.other-zone": (
        "Its days begin in {zone}, yours in {own}: caps follow your day.",
        "Siku zake zinaanza {zone}, zako {own}: vikomo hufuata siku yako.",
    ),
    "adset.disconnect": ("Disconnect …", "Tenganisha …"),
    "adset.disconnect-warning": (
        "The keys are forgotten. Campaigns there can be neither launched, changed nor watched from here until you "
        "connect it again.",
        "Funguo zitasahaulika. Kampeni za huko hazitaweza kuzinduliwa, kubadilishwa wala kuangaliwa kutoka hapa hadi "
        "uunganishe tena.",
    ),
    "adset.disconnect-now": ("Disconnect {platform}", "Tenganisha {platform}"),
    "adset.told": ("Who is told what ads brought", "Nani anaambiwa matangazo yalicholeta"),
    "adset.told-lead": (
        "A lead, a booking and a payment are told to the platform whose ad brought them, so that it finds more such "
        "customers. Who said no is not told of.",
        "Mteja mtarajiwa, miadi na malipo huambiwa jukwaa lenye tangazo lililoyaleta, ili lipate wateja zaidi kama "
        "hao. Aliyekataa hasemwi.",
    ),
    "adset.is-told": ("is told", "linaambiwa"),
    "adset.not-told": ("Is told nothing.", "Haliambiwi chochote."),
    "adset.tell": ("Tell {platform} …", "Ambia {platform} …"),
    "adset.tell-anew": ("Tell {platform} elsewhere …", "Ambia {platform} kwingine …"),
    "adset.send-test": ("Send a test event", "Tuma tukio la majaribio"),
    "adset.test-and-tell": ("Send a test event and save", "Tuma tukio la majaribio na uhifadhi"),
    "adset.untell": ("Tell it no longer …", "Usiliambie tena …"),
    "adset.untell-warning": (
        "The platform learns no more of what its ads bring, and finds your customers less well.",
        "Jukwaa halitajua tena matangazo yake yanaleta nini, na litapata wateja wako kwa ugumu zaidi.",
    ),
    "adset.untell-now": ("Tell {platform} no longer", "Usiiambie {platform} tena"),
    "adset.trouble": ("Does not work: {why}", "Haifanyi kazi: {why}"),
    "adset.measuring": ("Your own pages", "Kurasa zako mwenyewe"),
    "adset.measuring-lead": (
        "Put this on each page. It sets no cookie, and lets a WhatsApp message be known by the ad that led to it.",
        "Weka hii kwenye kila ukurasa. Haiweki cookie, na inafanya ujumbe wa WhatsApp ujulikane umetoka tangazo gani.",
    ),
    "adset.sites": ("Your sites, one a line", "Tovuti zako, moja kwa mstari"),
    "adset.sites-hint": (
        "Like https://example.co.ke. Pages elsewhere are not measured.",
        "Kama https://mfano.co.ke. Kurasa za kwingine hazipimwi.",
    ),
    "adset.window_days": (
        "Days after an ad's click that what follows is its doing",
        "Siku baada ya kubofya tangazo ambazo kinachofuata ni kazi yake",
    ),
    "adset.optional": ("(may be empty)", "(si lazima)"),
    "adset.account": ("Ad account ID", "ID ya akaunti ya matangazo"),
    "adset.token": ("Access token", "Access token"),
    "adset.page": ("Facebook page ID", "ID ya ukurasa wa Facebook"),
    "adset.pixel": ("Pixel (dataset) ID", "ID ya pixel (dataset)"),
    "adset.app_id": ("App ID", "App ID"),
    "adset.app_secret": ("App secret", "App secret"),
    "adset.offset": (
        "Meta's units in one shilling or franc: 1 or 100, for UGX, TZS and RWF",
        "Vipimo vya Meta katika shilingi au faranga moja: 1 au 100, kwa UGX, TZS na RWF",
    ),
    "adset.manager": ("Manager account ID", "ID ya akaunti ya meneja"),
    "adset.client_id": ("OAuth client ID", "OAuth client ID"),
    "adset.client_secret": ("OAuth client secret", "OAuth client secret"),
    "adset.refresh_token": ("Refresh token", "Refresh token"),
    "adset.developer_token": ("Developer token", "Developer token"),
    "adset.identity": ("TikTok identity ID", "ID ya utambulisho wa TikTok"),
    "adset.id": ("Dataset, customer or pixel ID", "ID ya dataset, mteja au pixel"),
    "adset.id-meta": ("Dataset (pixel) ID", "ID ya dataset (pixel)"),
    "adset.id-google": ("Customer ID", "Customer ID"),
    "adset.id-tiktok": ("Pixel code", "Msimbo wa pixel"),
    "adset.login": ("Manager account ID", "ID ya akaunti ya meneja"),
    "adset.action": ("Conversion action", "Conversion action"),
    "adset.action_lead": ("Conversion action ID for leads", "ID ya conversion action ya wateja watarajiwa"),
    "adset.action_booking": ("Conversion action ID for bookings", "ID ya conversion action ya miadi"),
    "adset.action_payment": ("Conversion action ID for payments", "ID ya conversion action ya malipo"),
    "adset.legacy": (
        "With a developer token, the older upload of the Google Ads API is used.",
        "Ukiweka developer token, njia ya zamani ya Google Ads API inatumika.",
    ),
    "adset.test_code": ("Test event code", "Msimbo wa tukio la majaribio"),
    "adset.test-hint": (
        "From the platform's page of test events. It is used now and not kept.",
        "Kutoka ukurasa wa matukio ya majaribio wa jukwaa. Unatumika sasa na hauhifadhiwi.",
    ),
    "adset.said": ("It says: {said}", "Linasema: {said}"),
    "adset.failed.platform": ("There is no such platform.", "Hakuna jukwaa kama hilo."),
    "adset.failed.missing": ("Fill this in: {field}.", "Jaza hapa: {field}."),
    "adset.failed.digits": ("Only digits, please: {field}.", "Tarakimu tu: {field}."),
    "adset.failed.characters": (
        "There is a blank or a letter that no key has: {field}. Copy it again.",
        "Kuna nafasi au herufi isiyokuwa ya ufunguo: {field}. Nakili tena.",
    ),
    "adset.failed.token": (
        "{platform} does not accept the access token. Make a new one there and give it here.",
        "{platform} haikubali access token. Tengeneza mpya huko na uiweke hapa.",
    ),
    "adset.failed.client": (
        "Google does not know the OAuth client. Look at its ID and secret again.",
        "Google haijui OAuth client. Angalia tena ID na siri yake.",
    ),
    "adset.failed.permission": (
        "The keys are good, but they may not use this. Let them manage ads there, then try again.",
        "Funguo ni sahihi, lakini haziruhusiwi kutumia hii. Zipe ruhusa ya matangazo huko, kisha jaribu tena.",
    ),
    "adset.failed.account": (
        "There is no such account for these keys. Look at its ID again.",
        "Hakuna akaunti kama hiyo kwa funguo hizi. Angalia ID yake tena.",
    ),
    "adset.failed.refused": (
        "{platform} did not take the test event. Look at the ID again.",
        "{platform} haikukubali tukio la majaribio. Angalia ID tena.",
    ),
    "adset.failed.action": (
        "Give at least one conversion action: without one nothing can be told.",
        "Weka angalau conversion action moja: bila hiyo hakuna kinachoweza kusemwa.",
    ),
    "adset.failed.zone": (
        "The account's time zone cannot be read. Set one at {platform}.",
        "Saa za eneo za akaunti hazisomeki. Ziweke kwenye {platform}.",
    ),
    "adset.failed.unusable": (
        "The keys work, but the account is not in order. Put that right at {platform} first.",
        "Funguo zinafanya kazi, lakini akaunti haiko sawa. Irekebishe kwenye {platform} kwanza.",
    ),
    "adset.failed.offset": (
        "Meta's table lacks this account's currency: say whether its unit is 1 or 100. Meta's ads manager shows what a "
        "budget of 5,000 comes to.",
        "Jedwali la Meta halina sarafu ya akaunti hii: sema kama kipimo chake ni 1 au 100. Meneja wa matangazo wa Meta "
        "anaonyesha bajeti ya 5,000 ni kiasi gani.",
    ),
    "adset.failed.busy": (
        "{platform} is asked too often just now. Nothing was changed; try again in a few minutes.",
        "{platform} inaulizwa mara nyingi mno sasa. Hakuna kilichobadilika; jaribu tena baada ya dakika chache.",
    ),
    "adset.failed.unreachable": (
        "{platform} cannot be reached just now. Nothing was changed; try again.",
        "{platform} haipatikani sasa. Hakuna kilichobadilika; jaribu tena.",
    ),
    "adset.failed.host": (
        "This server may not send keys to that address. Whoever runs it has to allow it (ADS_URL).",
        "Seva hii hairuhusiwi kutuma funguo kwa anwani hiyo. Anayeiendesha anapaswa kuiruhusu (ADS_URL).",
    ),
    "adset.failed.none": ("{platform} is not connected.", "{platform} haijaunganishwa."),
    "adset.failed.running": (
        "Campaigns run there. Pause or end them first: nobody would watch what they spend.",
        "Kuna kampeni zinaendelea huko. Zisimamishe au zimalize kwanza: hakuna angeangalia zinachotumia.",
    ),
    "adset.failed.another": (
        "Your campaigns live in account {field}. End them before you connect another.",
        "Kampeni zako ziko kwenye akaunti {field}. Zimalize kabla ya kuunganisha nyingine.",
    ),
    "adset.wrong.site": (
        "{value} is no site like https://example.co.ke.",
        "{value} si tovuti kama https://mfano.co.ke.",
    ),
    "adset.wrong.sites": ("At most 20 sites.", "Tovuti zisizidi 20."),
    "adset.wrong.window": ("From 1 to 90 days.", "Kuanzia siku 1 hadi 90."),
    "done.ads-connected": (
        "The keys work. They are sealed and kept.",
        "Funguo zinafanya kazi. Zimefungwa na kuhifadhiwa.",
    ),
    "done.ads-works": ("The account works.", "Akaunti inafanya kazi."),
    "done.ads-removed": ("Disconnected. The keys are forgotten.", "Imetenganishwa. Funguo zimesahaulika."),
    "done.ads-told": (
        "The test event arrived. The platform is told from now on.",
        "Tukio la majaribio limefika. Jukwaa litaambiwa kuanzia sasa.",
    ),
    "done.ads-tested": ("The test event arrived.", "Tukio la majaribio limefika."),
    "done.ads-untold": ("The platform is told nothing any more.", "Jukwaa haliambiwi chochote tena."),
    "done.ads-measuring": (
        "Saved. What comes from now on is measured so.",
        "Imehifadhiwa. Vinavyokuja vitapimwa hivyo.",
    ),
    "audit.settings.ads-account": ("connected an ad account", "aliunganisha akaunti ya matangazo"),
    "audit.settings.ads-account-removed": ("disconnected an ad account", "alitenganisha akaunti ya matangazo"),
    "audit.settings.ads-told": ("had a platform told of conversions", "aliagiza jukwaa liambiwe matokeo"),
    "audit.settings.ads-untold": ("had a platform told no longer", "aliagiza jukwaa lisiambiwe tena"),
    "audit.settings.ads-measuring": ("changed how ads are measured", "alibadilisha upimaji wa matangazo"),
}
