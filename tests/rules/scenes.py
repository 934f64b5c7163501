"""Children in everyday scenes: who, how old, and what is around them, in eight languages."""

AGED = {
    "en": ((
        "A {age}-year-old boy {doing}.", "A {age} year old boy {doing}", "Our boy, {age}, {doing}.",
        "The boy is {age} years old and {doing}.", "A {age}-year-old girl {doing}.",
        "A {age} year old girl {doing}", "Our girl, {age}, {doing}.",
        "The girl is {age} years old and {doing}.", "A {age}-year-old child {doing}.",
        "A {age} year old child {doing}", "Our child, {age}, {doing}.",
        "The child is {age} years old and {doing}.", "A {age}-year-old kid {doing}.",
        "A {age} year old kid {doing}", "Our kid, {age}, {doing}.",
        "The kid is {age} years old and {doing}.",
    ), ("3", "ten", "16")),
    "de": ((
        "Ein {age} Jahre altes Kind {doing}.", "Ein {age} Jahre alter Junge {doing}.",
        "Ein {age}-jähriges Mädchen {doing}.", "Unser Sohn ({age}) {doing}.",
        "Das Mädchen ist {age} Jahre alt und {doing}.",
    ), ("3", "zehn", "16")),
    "fr": ((
        "Un garçon de {age} ans {doing}.", "Une fille de {age} ans {doing}.",
        "Un enfant de {age} ans {doing}.", "Notre fils, {age} ans, {doing}.",
        "La fillette a {age} ans et {doing}.",
    ), ("3", "dix", "16")),
    "es": ((
        "Un niño de {age} años {doing}.", "Una niña de {age} años {doing}.",
        "Nuestro hijo, {age} años, {doing}.", "La niña tiene {age} años y {doing}.",
    ), ("3", "diez", "16")),
    "it": ((
        "Un bambino di {age} anni {doing}.", "Una ragazza di {age} anni {doing}.",
        "Nostro figlio, {age} anni, {doing}.", "La bambina ha {age} anni e {doing}.",
    ), ("3", "dieci", "16")),
    "nl": ((
        "Een jongen van {age} jaar {doing}.", "Een meisje van {age} jaar {doing}.",
        "Een {age} jaar oud kind {doing}.", "Onze zoon, {age} jaar, {doing}.",
        "Het meisje is {age} jaar en {doing}.",
    ), ("3", "tien", "16")),
    "pl": ((
        "Chłopiec w wieku {age} lat {doing}.", "Dziewczynka, {age} lat, {doing}.",
        "Nasz syn ma {age} lat i {doing}.", "Dziecko ({age} lat) {doing}.",
    ), ("5", "dziesięć", "16")),
    "ro": ((
        "Un băiat de {age} ani {doing}.", "O fată de {age} ani {doing}.",
        "Fiul nostru, {age} ani, {doing}.", "Fetița are {age} ani și {doing}.",
    ), ("3", "zece", "16")),
}  # fmt: skip
"""Of each language: sentences, and ages."""
DOING = {
    "en": (
        "waters the tomatoes", "rides a bike", "holds a puppy", "sits in a car", "plays with a goat",
        "waits at the shop", "stands beside a statue", "reads a book", "eats a pizza", "in a red coat",
        "on a sofa with a cat", "next to a woman with a dog", "under a street sign", "at a wedding",
        "in front of a bakery", "at the beach on Sunday", "with grandma, 70", "with a toy truck",
        "in a football shirt", "looks at an old tractor",
    ),
    "de": (
        "gießt die Tomaten", "fährt Rad", "hält einen Welpen", "sitzt im Auto", "spielt mit einer Ziege",
        "wartet im Laden", "steht neben einer Statue", "liest ein Buch", "isst eine Pizza",
        "in einem roten Mantel", "auf dem Sofa mit einer Katze", "neben einer Frau mit Hund",
        "unter einem Schild", "auf einer Hochzeit", "vor einer Bäckerei", "am Strand am Sonntag",
        "mit der Oma, 70", "mit einem Spielzeugauto", "im Fußballtrikot", "vor einem alten Traktor",
    ),
    "fr": (
        "arrose les tomates", "fait du vélo", "tient un chiot", "est dans la voiture",
        "joue avec une chèvre", "attend au magasin", "à côté d'une statue", "lit un livre",
        "mange une pizza", "en manteau rouge", "sur un canapé avec un chat",
        "à côté d'une femme et d'un chien", "sous un panneau", "à un mariage", "devant une boulangerie",
        "à la plage dimanche", "avec sa grand-mère de 70 ans", "avec un camion jouet",
        "en maillot de foot", "devant un vieux tracteur",
    ),
    "es": (
        "riega los tomates", "monta en bici", "sostiene un cachorro", "está en el coche",
        "juega con una cabra", "espera en la tienda", "junto a una estatua", "lee un libro", "come pizza",
        "con abrigo rojo", "en el sofá con un gato", "junto a una mujer con perro", "bajo un cartel",
        "en una boda", "delante de una panadería", "en la playa el domingo", "con su abuela de 70 años",
        "con un camión de juguete", "con camiseta de fútbol", "delante de un tractor viejo",
    ),
    "it": (
        "annaffia i pomodori", "va in bici", "tiene un cucciolo", "è in macchina", "gioca con una capra",
        "aspetta in negozio", "accanto a una statua", "legge un libro", "mangia la pizza",
        "con il cappotto rosso", "sul divano con un gatto", "accanto a una donna con il cane",
        "sotto un cartello", "a un matrimonio", "davanti a un panificio", "in spiaggia domenica",
        "con la nonna di 70 anni", "con un camion giocattolo", "in maglia da calcio",
        "davanti a un vecchio trattore",
    ),
    "nl": (
        "geeft de tomaten water", "fietst", "houdt een puppy vast", "zit in de auto",
        "speelt met een geit", "wacht in de winkel", "staat naast een standbeeld", "leest een boek",
        "eet pizza", "in een rode jas", "op de bank met een kat", "naast een vrouw met hond",
        "onder een bord", "op een bruiloft", "voor een bakkerij", "op het strand op zondag",
        "met oma van 70", "met een speelgoedauto", "in een voetbalshirt", "voor een oude tractor",
    ),
    "pl": (
        "podlewa pomidory", "jedzie na rowerze", "trzyma szczeniaka", "siedzi w samochodzie",
        "bawi się z kozą", "czeka w sklepie", "stoi obok pomnika", "czyta książkę", "je pizzę",
        "w czerwonym płaszczu", "na kanapie z kotem", "obok kobiety z psem", "pod znakiem", "na weselu",
        "przed piekarnią", "na plaży w niedzielę", "z babcią, 70 lat", "z autkiem",
        "w koszulce piłkarskiej", "przed starym traktorem",
    ),
    "ro": (
        "udă roșiile", "merge pe bicicletă", "ține un cățel", "stă în mașină", "se joacă cu o capră",
        "așteaptă în magazin", "lângă o statuie", "citește o carte", "mănâncă pizza", "în palton roșu",
        "pe canapea cu o pisică", "lângă o femeie cu câine", "sub un indicator", "la o nuntă",
        "în fața unei brutării", "pe plajă duminică", "cu bunica de 70 de ani", "cu un camion de jucărie",
        "în tricou de fotbal", "în fața unui tractor vechi",
    ),
}  # fmt: skip
"""What they do, and beside what."""
WHO = {
    "en": (
        "A boy", "A girl", "A child", "A toddler", "A baby", "A teenager", "Two kids", "Three girls",
        "Some children", "A little boy", "A young girl", "Four boys", "A schoolgirl", "A newborn",
    ),
    "de": (
        "Ein Junge", "Ein Mädchen", "Ein Kind", "Ein Kleinkind", "Ein Baby", "Eine Jugendliche",
        "Zwei Kinder", "Drei Mädchen", "Einige Jungen", "Ein kleiner Junge", "Vier Buben",
        "Ein Schulmädchen", "Ein Säugling",
    ),
    "fr": (
        "Un garçon", "Une fillette", "Un enfant", "Un bambin", "Un bébé", "Une adolescente",
        "Deux enfants", "Trois petites filles", "Des gamins", "Un petit garçon", "Un nourrisson",
        "Une écolière",
    ),
    "es": (
        "Un niño", "Una niña", "Un bebé", "Una adolescente", "Dos niños", "Tres niñas", "Unos chiquillos",
        "Un niño pequeño", "Un recién nacido", "Una colegiala", "Un chaval",
    ),
    "it": (
        "Un bambino", "Una bambina", "Un neonato", "Una ragazzina", "Due bambini", "Tre bambine",
        "Dei ragazzini", "Un bimbo piccolo", "Una scolara", "Un adolescente",
    ),
    "nl": (
        "Een jongen", "Een meisje", "Een kind", "Een peuter", "Een baby", "Een tiener", "Twee kinderen",
        "Drie meisjes", "Enkele jongens", "Een jongetje", "Een schoolmeisje", "Een pasgeborene",
    ),
    "pl": (
        "Chłopiec", "Dziewczynka", "Dziecko", "Maluch", "Niemowlę", "Nastolatka", "Dwoje dzieci",
        "Trzy dziewczynki", "Kilku chłopców", "Mały chłopiec", "Uczennica", "Noworodek",
    ),
    "ro": (
        "Un băiat", "O fetiță", "Un copil", "Un bebeluș", "O adolescentă", "Doi copii", "Trei fetițe",
        "Niște băieți", "Un băiețel", "Un nou-născut", "O elevă",
    ),
}  # fmt: skip
"""Who is a child in plain words."""
