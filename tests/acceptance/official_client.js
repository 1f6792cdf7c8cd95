// Drives the official JavaScript client: `node official_client.js CLIENT ORIGIN KEY MODEL FILE` prints JSON of what it got.
const [client, origin, key, model, file] = process.argv.slice(2);
const { Client } = require(client);

async function refusal(work) {
  try {
    await work();
    return "";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

async function main() {
  const api = new Client(key, { baseUrl: origin });
  const quickly = { pollInterval: 0.02 };
  const address = await api.upload(file);
  const inputs = { prompt: "The sea.", reference_images: [address], duration: 4 };
  const run = await api.run(model, inputs, quickly);
  const sync = await api.run(model, inputs, { enableSyncMode: true });
  const traced = await api.runNoThrow(model, { prompt: "[fails]" }, quickly);
  return {
    address,
    run: run.outputs,
    sync: sync.outputs,
    task: traced.detail.taskId,
    failed: traced.detail.error.message,
    refused: await refusal(() => api.run(model, { prompt: "x", duration: 99 }, quickly)),
    lost: await refusal(() => api.run(model, { prompt: "[lost]" }, quickly)),
    late: await refusal(() => api.run(model, { prompt: "[stuck]" }, { enableSyncMode: true })),
  };
}

main().then((found) => console.log(JSON.stringify(found)));
