// Every text on the page whose contrast to its ground is below 4.5 to 1 (3 to 1 for large text), as a list.
() => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const colour = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (front, back) => back.map((value, index) => front[index] * front[3] + value * (1 - front[3]));
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  // A striped ground is as bad as the worse of its stripes.
  const grounds = (node) => {
    const style = getComputedStyle(node);
    const below = node.parentElement ? grounds(node.parentElement) : [[255, 255, 255]];
    const plain = below.map((back) => over(colour(style.backgroundColor), back));
    const stripes = style.backgroundImage.match(/(rgba?|color)\([^)]*\)/g);
    return stripes ? plain.flatMap((back) => stripes.map((stripe) => over(colour(stripe), back))) : plain;
  };
  const ground = (node) => {
    const area = node.closest("svg")?.contains(node) ? node.parentElement.querySelector("polygon") : null;
    return area ? [colour(getComputedStyle(area).fill).slice(0, 3)] : grounds(node);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const style = getComputedStyle(node);
    const isSeen = node.checkVisibility({ visibilityProperty: true }) && !node.closest(".unseen, .skip, noscript, title");
    if (!walker.currentNode.textContent.trim() || !isSeen) continue;
    const ink = colour(node instanceof SVGElement ? style.fill : style.color);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    for (const back of ground(node)) {
      const found = contrast(over(ink, back), back);
      if (found < needed) faint.push(`${found.toFixed(2)} ${walker.currentNode.textContent} (${node.className.baseVal ?? node.className})`);
    }
  }
  return faint;
}
