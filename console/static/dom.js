// Elements from data. Whatever comes from outside becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children; a child that is a string becomes text. */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** An SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Write a text, but only when it is another one: what does not change costs nothing and is not read out again. */
export function write(node, text) {
  const value = String(text);
  if (node.textContent !== value) node.textContent = value;
}

/** Set an attribute, but only when it is another one; null takes it away. */
export function mark(node, name, value) {
  if (value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}
