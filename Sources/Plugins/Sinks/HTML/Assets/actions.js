// What can be taken along from a finding: entries and filters for other tools.
const copy = async (text, what) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without leave for the clipboard, the browser's older way.
    const area = make("textarea", { class: "quiet", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`${what} copied`);
};

const isAddress = (text) => text !== null && /^[0-9.]+$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text);
const transport = (i) => {
  const proto = valueOf("proto", i);
  return proto === "tcp" || proto === "udp" ? proto : null;
};

const bpfOf = (i) => {
  const [source, peer, port] = ["src_ip", "dest_ip", "dest_port"].map((name) => valueOf(name, i));
  const proto = transport(i);
  return `host ${source} and host ${peer}${port ? ` and ${proto ? `${proto} ` : ""}port ${port}` : ""}`;
};

const rulesOf = (i) => `flare rules FINDINGS.json ${data.ids[i].slice(2)}`;

const allowlistOf = (i) => {
  const [source, peer, port] = ["src_ip", "dest_ip", "dest_port"].map((name) => valueOf(name, i));
  const proto = valueOf("proto", i);
  const lines = [isAddress(peer) ? `- network: "${peer}"` : `- host: ${JSON.stringify(peer)}`];
  if (port) lines.push(`  port: ${port}`);
  if (proto) lines.push(`  proto: ${proto}`);
  lines.push(`  from: "${source}"`, '  reason: ""');
  return `${lines.join("\n")}\n`;
};

const copyButton = (text, content, what) => {
  const element = make("button", { type: "button" }, text);
  element.addEventListener("click", () => {
    copy(content(), what);
    element.textContent = "Copied";
    setTimeout(() => { element.textContent = text; }, 1500);
  });
  return element;
};

const actionsOf = (i) => {
  const buttons = [];
  const isChannel = valueOf("src_ip", i) !== null && valueOf("dest_ip", i) !== null;
  if (isChannel) buttons.push(copyButton("Copy allowlist entry", () => allowlistOf(i), "Allowlist entry"));
  if (isChannel && isAddress(valueOf("dest_ip", i))) buttons.push(copyButton("Copy BPF filter", () => bpfOf(i), "BPF filter"));
  if (isChannel) buttons.push(copyButton("Copy command for rules", () => rulesOf(i), "Command"));
  if (explainOf(i) !== null) buttons.push(copyButton("Copy command", () => explainOf(i), "Command"));
  const verdict = `flare ack ${linkValue("id", i)} --as benign --note 'WHY' --history flare.sqlite`;
  buttons.push(copyButton("Copy verdict", () => verdict, "Verdict"));
  const here = () => location.href.split("#")[0] + "#" + data.ids[i];
  buttons.push(copyButton("Copy link", here, "Link"));
  return buttons;
};
