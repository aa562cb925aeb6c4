"""All tables at once, for making them."""

from storage.tables import asking as asking
from storage.tables import messages as messages
from storage.tables import organizing as organizing
from storage.tables import programme as programme
from storage.tables import releases as releases
from storage.tables import subscribing as subscribing
from storage.tables._row import metadata as metadata
