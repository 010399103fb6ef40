"""Where the files of a model are. Seldon Core's init container has put them on the disk."""

_FILE = "file://"


class Storage(object):
    """Only its static method is used."""

    @staticmethod
    def download(uri, out_dir=None):
        """The path of a local folder. Raises ValueError for an address, which only the whole package can read."""
        path = uri[len(_FILE):] if uri.startswith(_FILE) else uri
        if "://" in path:
            raise ValueError("model_uri: expected a path, found %s; write seldon-core into requirements.txt, "
                             "because the images have no clients of storages" % uri)
        return path
