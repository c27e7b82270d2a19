// A client's part in a call, as docs/rooms.md describes it; `window.call` is what the test looks at.
window.call = { heard: [], peers: [], problem: "" };
const room = "call";
const connection = new RTCPeerConnection();
const socket = new WebSocket(`ws://${location.host}/ws/v1`, ["holobase.v1"]);
const send = (frame) => socket.send(JSON.stringify({ room, ...frame }));
const signal = (data) => send({ type: "signal", to: window.call.other, data });

function opened(channel) {
  window.call.channel = channel;
  channel.onmessage = ({ data }) => window.call.heard.push(data);
}

async function take({ description, candidate }) {
  if (description) {
    await connection.setRemoteDescription(description);
    if (description.type === "offer") {
      await connection.setLocalDescription();
      signal({ description: connection.localDescription });
    }
  }
  if (candidate) await connection.addIceCandidate(candidate);
}

async function handle(frame) {
  if (frame.type === "joined") window.call.me = frame.you.id;
  if (frame.type === "presence") window.call.peers.push(`${frame.action} ${frame.peer.name}`);
  if (frame.type === "error") window.call.problem = frame.code;
  if (frame.type === "signal") {
    window.call.other = frame.from;
    await take(frame.data);
  }
}

let handled = Promise.resolve(); // one frame at a time
socket.onmessage = ({ data }) => {
  handled = handled.then(() => handle(JSON.parse(data)))
    .catch((error) => { window.call.problem = String(error); });
};
socket.onopen = () => send({ type: "join", metadata: {} });
connection.ondatachannel = ({ channel }) => opened(channel);
connection.onicecandidate = ({ candidate }) => candidate && signal({ candidate });

window.dial = async (other) => {
  window.call.other = other;
  opened(connection.createDataChannel("words"));
  await connection.setLocalDescription();
  signal({ description: connection.localDescription });
};
