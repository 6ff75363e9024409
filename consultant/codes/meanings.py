"""Words of one meaning, as charts have them and as the tabular list does; any is tried beside the one asked."""

# Each line is words of one meaning: any is tried for any other. An arrow means it goes one way only, from the word a
# chart uses to those of the tabular list.
_MEANINGS = """
absence, agenesis, aplasia
atrophy, wasting
bilateral, both
birth, perinatal
bleeding, hemorrhage, bleed
blindness, blind
blocked, blockage > obstruction, occlusion
bone, osseous
bowel, intestine, intestinal
brain, cerebral, intracranial
breast, mammary
broken > fracture
bruise, bruising > contusion
calculus, stone, stones, lithiasis, calculi
cancer, carcinoma, malignant, cancerous
cardiac, heart
chickenpox > varicella
childbirth, delivery, labor
cirrhosis, fibrosis
cold > nasopharyngitis
collarbone > clavicle
colon, colonic
convulsion, convulsions, seizure, seizures
cutaneous, skin, dermal
cystic, cyst
deafness > hearing, loss
deformity, malformation, anomaly
dental, tooth, teeth
dizzy, lightheaded > dizziness, giddiness
drug > substance
ear, aural, otic
eardrum > tympanic
edema, swelling, oedema
elderly > senile
elevated, raised, high > abnormal, elevated
enlarged, enlargement, hypertrophy, hyperplasia
esophagus, esophageal, gullet
exam, examination
eye, ocular, ophthalmic
eyelid, palpebral
fainting, faint > syncope
fatty, lipid
fetus, fetal, foetal
fever, pyrexia
finger, digit
fits > convulsions, epilepsy
foot, pedal
gallstone, gallstones > calculus, gallbladder, cholelithiasis
genital, genitalia
gestation, gestational, pregnancy
hardening > sclerosis
hemiplegia, hemiparesis
hepatic, liver
hives > urticaria
icterus, jaundice
infant, infantile
infected, infection, infective, infectious
inflamed, inflammation, inflammatory
injury, trauma, traumatic
insect, arthropod
itch, itching > pruritus
jaw, mandible, mandibular
joint, articular
kidney, renal
kneecap > patella
laceration, cut
larynx, laryngeal
lice, louse > pediculosis, pediculus
lockjaw > tetanus
lump, mass
lung, pulmonary
lymphoid, lymphatic
measles, rubeola
miscarriage > abortion, spontaneous
mole > nevus
mouth, oral
muscle, muscular
narrowing, stenosis, stricture
nasal, nose
neoplasm, tumor, tumour, growth
nerve, neural
newborn, neonatal, neonate
nosebleed > epistaxis
numb, numbness > anesthesia
ovary, ovarian
overdose > poisoning
palsy, paralysis
peeling > exfoliation
penis, penile
pharynx, throat, pharyngeal, pharyngitis
piles > hemorrhoids
puncture, prick
rash > eruption
ringworm > dermatophytosis, tinea
rupture, tear, torn
sac, pouch
scar, cicatrix
scrotum, scrotal
shinbone > tibia
shingles > zoster
skull, cranial, cranium
slipped > displacement, displaced
softening > malacia
spine, spinal, vertebral, vertebra
splinter > foreign, body
spleen, splenic
stomach, gastric
stroke > infarction, cerebral
surgical, surgery, operative, procedure, postprocedural, postoperative
testis, testicular, testicle
thighbone > femur
thrush, yeast > candidiasis
thyroid, goiter
tired, tiredness > fatigue
tongue, lingual
trachea, windpipe, tracheal
twisted > torsion
urinary, urine
uterus, uterine, womb
vagina, vaginal
varicose, varices
vein, venous
vertigo, dizziness
vesical, bladder
wart, warts > verruca, viral
weak, weakness
worm, worms > helminthiasis
ankle, calf, shin > leg
buttock, buttocks > pelvis, back
endocardium, myocardium, pericardium, pericardial > heart
heel, toe, tarsus, metatarsus, phalanges > foot
knuckle, thumb > finger, hand
nephrostomy, ureterostomy, urethrostomy > artificial, openings, urinary
thorax, thoracic, chest
"""


def _meanings() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in _MEANINGS.strip().splitlines():
        asked, _, meant = line.partition(" > ")
        words = asked.split(", ")
        for word in words:
            found.setdefault(word, []).extend(meant.split(", ") if meant else words)
    return {word: tuple(one for one in dict.fromkeys(others) if one != word) for word, others in found.items()}


SYNONYMS: dict[str, tuple[str, ...]] = _meanings()
"""Words to try beside one as written."""
