"""What the transports ask the component for, whichever wire it came by."""

from __future__ import annotations

from seldon_component.payload import Feedback, Payload

Content = Payload | Feedback | list[Payload]  # a message, a reward for an earlier one, or the messages to be combined
