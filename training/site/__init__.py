"""Networks of a site's own: fine-tuned on the hall's pictures from one that ships."""

from training.site.classes import Renaming, renaming
from training.site.train import Trained, site_trained
from training.site.wish import Plan, Teller, Wish

__all__ = ["Plan", "Renaming", "Teller", "Trained", "Wish", "renaming", "site_trained"]
