// Writes the models of this folder with TensorFlow.js itself: npm install @tensorflow/tfjs@3.21.0; node write.mjs
// A Teachable Machine export is such a folder, with metadata.json beside it: a cut MobileNet and a head, both Sequential.
import * as tf from '@tensorflow/tfjs';
import { mkdirSync, writeFileSync } from 'node:fs';

await tf.setBackend('cpu');
const random = (seed) => () => ((seed = (seed * 16807) % 2147483647) / 2147483647) - 0.5;

const trunk = tf.sequential({ name: 'trunk' });
trunk.add(tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, strides: 2, padding: 'same', useBias: false, name: 'conv1' }));
trunk.add(tf.layers.batchNormalization({ name: 'conv1_bn' }));
trunk.add(tf.layers.reLU({ maxValue: 6, name: 'conv1_relu' }));
trunk.add(tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 1, name: 'conv_dw_1' }));
trunk.add(tf.layers.globalAveragePooling2d({ name: 'pool' }));
const head = tf.sequential({ name: 'head' });
head.add(tf.layers.dense({ inputShape: [4], units: 5, activation: 'relu', name: 'dense_Dense1' }));
head.add(tf.layers.dense({ units: 2, activation: 'softmax', useBias: false, name: 'dense_Dense2' }));
const model = tf.sequential({ name: 'teachable' });
model.add(trunk);
model.add(head);

const draw = random(7);
model.setWeights(model.getWeights().map((w) => tf.tensor(Float32Array.from({ length: w.size }, () => draw() + (w.rank === 1 ? 0.8 : 0)), w.shape)));
mkdirSync('teachable', { recursive: true });
await model.save(tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData, ...rest }) => {
  const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  writeFileSync('teachable/model.json', JSON.stringify({ modelTopology, ...rest, weightsManifest: manifest }, null, 1) + '\n');
  writeFileSync('teachable/weights.bin', Buffer.from(weightData));
  return { modelArtifactsInfo: {} };
}));
const x = tf.tensor(Float32Array.from({ length: 2 * 8 * 8 * 3 }, () => 2 * draw()), [2, 8, 8, 3]);
const recorded = { input: Array.from(x.dataSync()), output: Array.from(model.predict(x).dataSync()) };
writeFileSync('teachable/recorded.json', JSON.stringify(recorded) + '\n');
writeFileSync('teachable/metadata.json', JSON.stringify({ tfjsVersion: tf.version.tfjs, labels: ['a', 'b'] }) + '\n');
