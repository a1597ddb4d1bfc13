'use strict';
(() => {
  const charts = JSON.parse(document.getElementById('data').textContent);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  let drawn = [];

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  }

  function dataset(chart, series, index) {
    const shade = colour('series-' + (index % 5 + 1));
    const line = chart.kind === 'line';
    return {
      label: series.name,
      data: series.values,
      borderColor: shade,
      backgroundColor: shade,
      borderWidth: line ? 2 : 0,
      pointRadius: 0,
      pointHitRadius: 8,
      stepped: chart.id === 'open' ? 'middle' : false,
      categoryPercentage: 0.95,
      barPercentage: 0.95,
    };
  }

  function axis(title, stacked) {
    return {
      stacked,
      title: { display: true, text: title, color: colour('quiet') },
      ticks: { color: colour('quiet'), maxRotation: 0, autoSkipPadding: 16 },
      grid: { color: colour('line') },
    };
  }

  function draw() {
    drawn.forEach(chart => chart.destroy());
    drawn = charts.map(chart => {
      const stacked = chart.kind === 'stacked_bars';
      const y = axis(chart.y, stacked);
      y.beginAtZero = true;
      y.ticks.precision = chart.id === 'energy' ? undefined : 0;
      return new Chart(document.getElementById(chart.id), {
        type: chart.kind === 'line' ? 'line' : 'bar',
        data: { labels: chart.labels, datasets: chart.series.map((series, index) => dataset(chart, series, index)) },
        options: {
          animation: false,
          responsive: true,
          maintainAspectRatio: false,
          interaction: { mode: 'index', intersect: false },
          plugins: { legend: { display: chart.series.length > 1, labels: { color: colour('ink'), boxWidth: 12 } } },
          scales: { x: axis(chart.x, stacked), y },
        },
      });
    });
  }

  draw();
  dark.addEventListener('change', draw);
})();
