tensorflow-addons
