/** Word lists of the unnamed consult, all in lower case and without accents. Data only; bounded on purpose. */
const words = (...lines: string[]): ReadonlySet<string> => new Set(lines.flatMap((line) => line.split(' ')));

/** First and last names that are no Dutch or English word: found in lower case too. */
export const NAMES = words(
  'emma julia mila sophie zoe sara nora yara eva liv lotte evi milou anna nina saar fenna maud sofie elin vera hannah',
  'lisa femke lieke sanne anouk esmee isabella emily sarah olivia maria laura naomi romy benthe lauren floortje amy',
  'rosalie elena luna johanna wilhelmina petra monique ingrid marieke mariska annemarie esther miriam chantal kimberly',
  'samantha melissa priscilla jolanda yvonne wendy patricia angelique bianca sandra mandy sabrina denise daphne karin',
  'marloes suzanne nathalie tamara fatima aisha aicha khadija samira naima latifa hanane yasmina yasmin zeynep elif ayse',
  'fatma emine hatice merve esra meryem maryam nour rania agnieszka katarzyna malgorzata magdalena zofia oksana olena',
  'natalia svetlana charlotte elisabeth margriet annelies ilse tessa rachel rebecca jessica nicole linda manon eline',
  'noah lucas sem levi daan finn luuk liam jesse thomas benjamin tim ruben lars thijs julian gijs mats jayden teun hugo',
  'jens stijn tygo siem boaz dylan kevin dennis jeffrey danny ricardo patrick richard ronald marcel erwin martijn jeroen',
  'sander wouter maarten joost niels koen pieter willem hendrik johannes cornelis gerrit jacobus kees henk wim sjaak',
  'arjan bastiaan michiel roel ruud sjoerd jelle sietse mohamed mohammed muhammad mohammad ahmed youssef yusuf omar hamza',
  'ayoub bilal rayan ilias anass mustafa mehmet murat emre ibrahim hassan hussein abdullah karim rachid hicham jamal',
  'khalid tarik piotr krzysztof pawel tomasz michal andrzej jakub dmytro oleksandr raoul sergio diego antonio giovanni',
  'shaquille jaylen tyrone damian justin brian jordy mitchell wesley nigel quinten olivier joris casper jasper jurre',
  'sven amira levano shanaya chanel bohdan soumaya tariq delano djayden rowan sylvie marleen annemiek gerda truus henny',
  'mirjam carla anja astrid brigitte claudia debby edith gwen heleen irma janneke joke judith katja leontien loes maaike',
  'marjolein miranda nynke paulien renate rianne saskia silvia sonja tineke ursula willemijn yolanda jorrit wessel harm',
  'jansen janssen jansens hendriks dijkstra hoekstra willems jacobs vermeulen peeters yilmaz kaya demir celik sahin',
);

/** Names that are words as well: a name only with a capital. */
export const NAMES_AND_WORDS = words(
  'jan piet bas mark rob hans roos fleur storm sam robin kim amber iris merel jasmijn jade guus mees sil tom els floor',
  'bram ali jet noor dewi linde ties pim tijn joy ron cor erik eric david daniel michael peter paul simon adam john bob',
  'nick mike lynn joep jip puck pien sterre vince rik dirk frank leon lina ella sofia christina tess isa james milan bart',
  'vries graaf bruijn ruiter waal haan visser smit meijer mulder dekker peters',
);

export const PARTICLES = words('van de der den het ten ter te el al');
export const ARTICLES = words('de het een deze dit die geen onze ons elke iedere the a an this our no');
export const TITLES = words(
  'mevrouw mevr mw meneer dhr heer familie fam juf juffrouw meester dokter mr mrs ms miss heet heette heten noemt geheten',
);
export const LABELS = words('naam voornaam achternaam roepnaam meisjesnaam bijnaam name surname');
export const CALLED = words('genaamd genaamde');
export const PEOPLE = words(
  'moeder vader ouder ouders kind kinderen jongen meisje jongere zoon zoons dochter dochters broer zus broertje zusje oma',
  'opa stiefvader stiefmoeder pleegmoeder pleegvader vriend vriendin partner ex client cliente gezin familie betreft inzake',
  'hij zij ze ik mother father son daughter child children family re',
);
export const SHORTENED = words('mevr mw dhr fam dr drs ir ing mr mrs ms prof bijv ca nl evt resp incl');
export const GREETINGS = words('beste hoi hallo hi dag geachte lieve goedemorgen goedemiddag dear hello');
export const SIGN_OFF = words('groet groeten groetjes mvg regards');
export const BEFORE_PLACE = words('in te uit rond nabij omgeving gemeente dorp stad wijk regio near');

/** Smaller places of the region and the country; the large cities are ordinary words. */
export const PLACES = words(
  'lelystad dronten urk emmeloord zeewolde noordoostpolder swifterbant biddinghuizen marknesse zeist nieuwegein houten',
  'woerden soest baarn veenendaal katwijk gouda hoorn purmerend roosendaal schiedam vlaardingen hoofddorp assen kampen',
  'meppel hoogeveen drachten sneek doetinchem tiel culemborg zutphen harderwijk ermelo putten nunspeet barneveld oss',
  'uden weert roermond sittard geleen kerkrade goes middelburg vlissingen terneuzen helder texel volendam huizen weesp',
);

/** By stem, in either spelling: where somebody comes from. */
export const NATIONALITY =
  /^(?:syri|eritre|turk|marok|moroc|somali|afghaan|afghan|irak|iraq|iran|iraan|oekrai|ukrain|bulgaa|bulgar|roemee|roemen|romania|surina|antill|curac|kaapverd|chinees|chinese$|china$|vietnam|ghana|ghanees|nigeria|ethiop|soedan|sudan|russisch|russian|rusland|hongaar|hungar|moluk|portug|pools|poolse|polen|poland|arabi|berber|tigrin|koerd|papiament|farsi|pashto|statushouder|asielzoeker|vluchteling|refugee)/;

/** What may follow a name at the start of a sentence. */
export const VERBS = words(
  'is was heeft had wordt werd gaat ging komt kwam zegt zei wil wilde kan kon mag moet slaat sloeg woont woonde zit zat',
  'doet deed krijgt kreeg vertelt vertelde geeft gaf slaapt loopt liep vindt vond belt belde huilt huilde schreeuwt schreeuwde vraagt vroeg weigert weigerde blijft bleef',
  'durft durfde werkt werkte ziet zag eet at drinkt dronk blowt gebruikt stuurt stuurde appt appte liegt loog speelt',
  ' has says said lives wants goes went told',
);

/** At the start of a sentence rather a noun than a name. */
export const NOUN_ENDING = /(?:ing|tie|sie|tje|eit|isme|aal|age)$/;

/** Roles, laws, things and days that people write with a capital, and words that open a sentence. */
export const ORDINARY = words(
  // the chain
  'veilig veiligheid thuis raad kinderbescherming jeugdzorg jeugdbescherming jeugdbeschermer jeugdreclassering jeugdwet',
  'gezinsvoogd gecertificeerde instelling gemeente wijkteam buurtteam politie justitie openbaar ministerie reclassering',
  'rechtbank kinderrechter rechter gerechtshof hof advocaat meldcode melding zorgmelding kindcheck toezicht uithuisplaatsing',
  'ondertoezichtstelling machtiging gezag voogd voogdij pleegzorg pleegouder pleegmoeder pleegvader school basisschool',
  'kinderopvang huisarts jeugdarts consultatiebureau ziekenhuis arts psycholoog psychiater therapeut orthopedagoog coach',
  'praktijkondersteuner intern begeleider mentor leerkracht consulent regisseur casusregisseur gedragswetenschapper',
  'crisisdienst kindertelefoon slachtofferhulp vrouwenopvang voedselbank schuldhulp schuldhulpverlening leerplicht',
  'leerplichtambtenaar jeugd gezin zorg hulp team regionaal expertteam expertisecentrum signs safety ronde tafel weekstart',
  'verklarende analyse veiligheidsplan gezinsplan plan evaluatie vraag casus casuistiek consult consultatie advies situatie',
  'achtergrond zorgen doel context bijlage let samenvatting intake triage huiselijk kindermishandeling complexe scheiding',
  'sociaal sociale lokaal lokale regionale ambulant bijzonder curator vertrouwenspersoon verlengd gesloten vrijwillig kader',
  'integraal integrale maatschappelijk werk algemeen medisch diagnostiek onderzoek rapport verslag brief formulier stap',
  'bewindvoerder mediator mediation ouderschapsplan omgangsregeling omgang scheiding speciaal onderwijs passend ouderschap',
  'wmo wlz zvw wvggz wzd awb jeugdzorgplus crisis urgent spoed politiek bureau stichting systeem traject inzet hulpvraag',
  'beschermd begeleid wonen blijft parallel postnatale depressie anorexia nervosa boulimia autisme wajong wia uitkering',
  'gesprekken aangifte tijdelijk familietherapie dimensionele multidimensionele syndroom shaken jehova getuigen test score',
  'methadon medikinet risperidon melatonine diazepam oxazepam sertraline paracetamol vitamine',
  // people without a name
  'moeder vader ouder kind jongen meisje jongere zoon dochter broer zus broertje zusje kindje oma opa tante oom stiefvader',
  'stiefmoeder vriend vriendin partner client clienten mama papa baby peuter kleuter puber tiener familie mevrouw meneer',
  'heer dhr mw mevr collega mother father child children parents son daughter brother sister boy girl mum mom dad family',
  'police court judge social services protection council youth care worker school home act board case plan mr mrs ms dr',
  // calendar
  'januari februari maart april mei juni juli augustus september oktober november december january february march may june',
  'july august october maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday',
  'saturday sunday kerst kerstmis kerstvakantie pasen pinksteren hemelvaart sinterklaas oud nieuw suikerfeest ramadan',
  'koningsdag bevrijdingsdag moederdag vaderdag ochtend ochtends middags avonds nachts morgens zomervakantie',
  // the world
  'nederland nederlands nederlander europa europees europese engels english dutch netherlands randstad flevoland gelderland',
  'friesland drenthe overijssel limburg zeeland brabant noord zuid oost west holland amsterdam rotterdam utrecht eindhoven',
  'groningen tilburg almere breda nijmegen apeldoorn arnhem haarlem enschede amersfoort zaanstad zwolle leiden zoetermeer',
  'dordrecht leeuwarden maastricht ede alkmaar emmen venlo delft deventer haag islam bijbel koran god allah christelijk',
  'corona covid whatsapp instagram snapchat tiktok facebook youtube telegram signal teams google netflix playstation xbox',
  'fortnite roblox minecraft asperger down ritalin concerta internet excel word outlook zoom wifi groetjes',
  // openers
  'ik jij je hij zij ze wij we jullie men het een dit dat deze die er hier daar nu dan toen ook wel niet nooit altijd soms',
  'vaak meestal misschien wat wie waar hoe wanneer waarom welke iemand niemand iedereen alles niets mijn jouw zijn haar ons',
  'onze hun uw daarnaast verder helaas momenteel inmiddels vandaag gisteren morgen vorige volgens bij na voor door sinds',
  'tijdens buiten binnen eerder later daarna daarvoor hierdoor daardoor daarom eigenlijk echter tevens bovendien onlangs',
  'recent recentelijk vervolgens uiteindelijk tot als omdat hoewel terwijl zodra contact geweld drugs alcohol geld werk en',
  'of maar want dus in op met om aan uit naar te de van der den ten ter el al beste hallo hoi dank bedankt graag groet',
  'groeten vriendelijke mvg geheim onbekend bekend anoniem nvt geen ja nee niks thans verblijf huis woning begin eind heet',
  'the an he she they it this that there here you who what where when why how my our his her their someone nobody everyone',
  'is at in on and or but if so not no yes please thanks kind regards dear hello hi was has unknown known withheld one',
);

/** "Jeugdteam", "Jeugdhulp", "Kindermishandeling": compounds of the work. */
export const ORDINARY_ENDING =
  /^\p{L}{0,24}(?:team|zorg|hulp|rechter|dienst|werker|medewerker|wet|arts|bescherming|voogd|begeleider|begeleiding|instelling|opvang|consulent|rechtbank|plan|tafel|behandeling|behandelaar|verlening|verlener|handeling|gesprek|overleg|therapie|therapeut|problematiek|stelling|plaatsing|situatie|ouders?|kind|kinderen|persoon|voorwaarden|onderzoek|traject|groep|tijd|kader|regeling|werk|beleid|ambtenaar|kundige|loog|loge|centrum|commissie|afdeling|punt|vraag|vragen|zaken|systeem|besluit|beschikking|aanbieder|functionaris|verzekeraar|directeur|uitkering|vervoer|budget|recht|isme|ose|itis|logie|regisseur|coach|wijs|stoornis|heid|teit|schap)$/u;
