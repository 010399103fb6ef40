from setuptools import find_packages, setup

setup(
    name="house-pricing",
    version="1.4",
    package_dir={"": "src"},
    packages=find_packages("src"),
    package_data={"pricing": ["*.json"]},
    install_requires=["numpy", "six>=1.12"],
)
