from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.optimizers import Adam
from rl.agents.dqn import DQNAgent
from rl.memory import SequentialMemory
from rl.policy import EpsGreedyQPolicy

model = Sequential([Flatten(input_shape=(1, 4)), Dense(2)])
memory = SequentialMemory(limit=50, window_length=1)  # found
agent = DQNAgent(model=model, nb_actions=2, memory=memory, policy=EpsGreedyQPolicy())  # found
agent.compile(Adam(lr=1e-3), metrics=["mae"])
print(agent.forward([0.0, 0.0, 0.0, 0.0]))
