"""Parts of a site from tables (CSV, XLSX): hours, closed days, leave, roster, uniforms; a fault for every bad row.

found = import_part("leave", Path("请假.xlsx"), settings)
found.check()               # raises BadInput with every fault, unless there is none
found.content               # {"entries": [{"windows": ["w1"], "from": ..., "to": ..., "by": ...}, ...]}
    laid_over(found, present)   # the part's content in force with it added
"""

from service.imports.over import content_with, laid_over
from service.imports.part import PARTS, Imported, Part, import_content, import_part
from service.imports.reading import MOST_BYTES
from service.imports.table import Fault
from service.imports.template import Template, template_of, write_template

__all__ = [
    "MOST_BYTES",
    "PARTS",
    "Fault",
    "Imported",
    "Part",
    "Template",
    "content_with",
    "import_content",
    "import_part",
    "laid_over",
    "template_of",
    "write_template",
]
