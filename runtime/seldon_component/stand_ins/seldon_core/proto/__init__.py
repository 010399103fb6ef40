"""Messages of Seldon's protocol. They need protobuf."""
