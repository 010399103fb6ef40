import a_package_that_requirements_forget


def price(X):
    return a_package_that_requirements_forget.price(X)
