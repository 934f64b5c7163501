"""Which properties are of interest, and where each stands. Everything else is left in the file.

Sources: Exif 3.0 (tags), IPTC IIM 4.2 (datasets), IPTC Photo Metadata Standard 2023.2, PLUS 2.0.1, MWG 2.0,
XMP specification parts 1 and 2.
"""

EXIF_TAGS = {
    270: "exif:ImageDescription",
    306: "exif:DateTime",
    40091: "exif:XPTitle",
    40092: "exif:XPComment",
    40094: "exif:XPKeywords",
    40095: "exif:XPSubject",
    36867: "exif:DateTimeOriginal",
    36868: "exif:DateTimeDigitized",
    36880: "exif:OffsetTime",
    36881: "exif:OffsetTimeOriginal",
    36882: "exif:OffsetTimeDigitized",
    37510: "exif:UserComment",
    37520: "exif:SubSecTime",
    37521: "exif:SubSecTimeOriginal",
    37522: "exif:SubSecTimeDigitized",
    42038: "exif:ImageTitle",
}
"""Of the image directory and of the EXIF directory: writers put tags of one into the other."""

GPS_TAGS = {
    1: "exif:GPSLatitudeRef",
    2: "exif:GPSLatitude",
    3: "exif:GPSLongitudeRef",
    4: "exif:GPSLongitude",
    7: "exif:GPSTimeStamp",
    29: "exif:GPSDateStamp",
}
"""Of the GPS directory. Degrees, minutes, seconds are three rationals: ``43/1``, ``28/1``, ``1764/100``."""

IIM_DATASETS = {
    5: "iim:ObjectName",
    12: "iim:SubjectReference",
    15: "iim:Category",
    20: "iim:SupplementalCategories",
    22: "iim:FixtureIdentifier",
    25: "iim:Keywords",
    40: "iim:SpecialInstructions",
    55: "iim:DateCreated",
    60: "iim:TimeCreated",
    62: "iim:DigitalCreationDate",
    63: "iim:DigitalCreationTime",
    105: "iim:Headline",
    120: "iim:Caption-Abstract",
}
"""Of the application record (record 2)."""

COMMENT_KEYWORDS = (
    "Title",
    "Description",
    "Comment",
    "Caption",
    "Keywords",
    "Subject",
    "Disclaimer",
    "Warning",
)
"""Keywords of a container's own text, in whatever case they are written."""

NAMESPACES = {
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-19/": "Iptc4xmpExt",  # of the standard's first printing
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://www.digikam.org/ns/1.0/": "digiKam",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.0": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.2/": "MP",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://www.metadataworkinggroup.com/schemas/collections/": "mwg-coll",
    "http://ns.iview-multimedia.com/mediapro/1.0/": "mediapro",
    "http://ns.acdsee.com/iptc/1.0/": "acdsee",
    "http://xmp.gettyimages.com/gift/1.0/": "GettyImagesGIFT",
}
"""Namespace -> the prefix by which its properties are called here, whatever prefix a packet gives it."""

XMP_PROPERTIES = frozenset({
    "plus:MinorModelAgeDisclosure", "plus:DataMining", "plus:OtherConstraints", "plus:ModelReleaseStatus",
    "Iptc4xmpExt:ModelAge", "Iptc4xmpExt:AddlModelInfo", "Iptc4xmpExt:PersonInImage",
    "Iptc4xmpExt:PersonInImageWDetails/PersonName", "Iptc4xmpExt:PersonInImageWDetails/PersonDescription",
    "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermName",
    "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermId",
    "Iptc4xmpExt:DigitalSourceType", "Iptc4xmpExt:Event",
    "Iptc4xmpExt:ImageRegion/Name", "Iptc4xmpExt:ImageRegion/PersonInImage",
    "Iptc4xmpCore:AltTextAccessibility", "Iptc4xmpCore:ExtDescrAccessibility",
    "dc:subject", "dc:description", "dc:title",
    "photoshop:Headline", "photoshop:DateCreated", "photoshop:Category", "photoshop:SupplementalCategories",
    "photoshop:Instructions", "pdf:Keywords",
    "exif:DateTimeOriginal", "exif:DateTimeDigitized", "exif:UserComment", "exif:GPSLatitude",
    "exif:GPSLongitude", "exif:GPSTimeStamp",
    "tiff:ImageDescription", "tiff:DateTime", "xmp:CreateDate",
    "lr:hierarchicalSubject", "lr:weightedFlatSubject", "digiKam:TagsList", "MicrosoftPhoto:LastKeywordXMP",
    "MP:RegionInfo/PersonDisplayName",
    "mediapro:People", "mediapro:Event", "mediapro:CatalogSets", "mwg-coll:Collections/CollectionName",
    "acdsee:caption", "acdsee:keywords", "acdsee:categories", "acdsee:collections", "acdsee:notes",
    "GettyImagesGIFT:Personality",
})  # fmt: skip
"""Properties of XMP, with the steps into a structure; steps through lists are not written.

Regions are not among them (``regions.py``). Neither are hierarchical keywords of the MWG: the key of their
structure is called Children, whoever is in the picture.
"""

REGIONS = "mwg-rs:Regions"
REGION_LIST = "mwg-rs:RegionList"
PEOPLE_REGIONS = "MP:RegionInfo"
XMP_TOP = frozenset({name.partition("/")[0] for name in XMP_PROPERTIES} | {REGIONS, "xmpNote:HasExtendedXMP"})
"""Properties that are looked into."""
