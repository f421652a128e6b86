// Draws each plot when it comes into view: sixteen zones of a year would otherwise keep a browser busy for seconds.
const figures = JSON.parse(document.getElementById("figures").textContent);
const config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d", "toImage"] };
const watch = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      const figure = figures[target.dataset.figure];
      Plotly.newPlot(target, figure.data, figure.layout, config).then(() => {
        target.dataset.drawn = "";
      });
    }
  },
  { rootMargin: "400px" },
);
for (const plot of document.querySelectorAll(".plot")) watch.observe(plot);
