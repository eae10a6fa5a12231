tensorflow-gpu==2.4
