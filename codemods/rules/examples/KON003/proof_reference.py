result = 'channels_last'
