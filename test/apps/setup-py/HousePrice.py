from pricing.model import PriceModel


class HousePrice(PriceModel):
    pass
