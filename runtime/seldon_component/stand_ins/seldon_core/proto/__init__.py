"""Messages of Seldon's protocol. They need protobuf, and nothing but a class imports them."""
