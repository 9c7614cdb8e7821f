(() => {
	const root = document.documentElement;

	// Theme: as the system has it, or one of two.
	const themes = ["auto", "light", "dark"];
	const button = document.getElementById("theme");
	const showTheme = () => {
		button.textContent = "Theme: " + (root.dataset.theme || "auto");
	};
	button.addEventListener("click", () => {
		const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % themes.length];
		if (next === "auto") {
			delete root.dataset.theme;
			localStorage.removeItem("theme");
		}
		else {
			root.dataset.theme = next;
			localStorage.setItem("theme", next);
		}
		showTheme();
		draw();
	});
	showTheme();
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());

	// Whether events are received.
	const live = document.getElementById("live");
	const setLive = (word) => {
		if (live.textContent !== word) {
			live.textContent = word;
			live.dataset.state = word;
		}
	};
	document.body.addEventListener("htmx:sseOpen", () => setLive("live"));
	document.body.addEventListener("htmx:sseError", () => setLive("disconnected"));

	// The effect of a button is visible in the changed parts; only a refusal is text.
	const notice = document.getElementById("notice");
	document.body.addEventListener("htmx:beforeRequest", () => {
		notice.textContent = "";
	});
	document.body.addEventListener("htmx:sendError", () => {
		notice.textContent = "The application does not answer.";
	});

	// A list that is open stays open: its part waits.
	let waiting = null;
	const responders = document.getElementById("responders");
	document.body.addEventListener("htmx:sseBeforeMessage", (event) => {
		if (event.target === responders && document.activeElement instanceof HTMLSelectElement
				&& responders.contains(document.activeElement)) {
			event.preventDefault();
			waiting = event.detail.data;
		}
	});
	responders.addEventListener("focusout", () => setTimeout(() => {
		if (waiting !== null && !(document.activeElement instanceof HTMLSelectElement)) {
			htmx.swap(responders, waiting, { swapStyle: "innerHTML" });
			waiting = null;
		}
	}));

	// The curves of the latest run: a chart for each collector, a line for each process.
	const titles = { cpu: "CPU, cores in use", memory: "Heap in use, MiB", gc: "Garbage collection, ms per sample" };
	let charts = [];
	let drawing = 0;

	async function draw() {
		const place = document.getElementById("charts");
		const round = ++drawing;
		if (!place) {
			return;
		}
		const response = await fetch("/api/runs/latest");
		if (!response.ok || round !== drawing) {
			return;
		}
		const report = await response.json();
		if (round !== drawing) {
			return;
		}
		charts.forEach((chart) => chart.destroy());
		charts = [];
		place.replaceChildren();
		const byName = new Map();
		for (const row of document.querySelectorAll("tr[data-responder]")) {
			const curve = report.curves[row.dataset.responder];
			if (curve) {
				const key = row.dataset.name + "/" + curve.unit;
				byName.set(key, [...(byName.get(key) || []), { place: row.dataset.place, curve }]);
			}
		}
		const places = [...new Set([...byName.values()].flat().map((line) => line.place))].sort(byPlace);
		const keys = document.createElement("div");
		keys.className = "keys";
		places.forEach((name, index) => {
			const key = document.createElement("span");
			key.className = "key line-" + (index % 4 + 1);
			key.textContent = name;
			keys.append(key);
		});
		place.append(keys);
		const order = Object.keys(titles);
		[...byName.entries()]
			.sort(([one], [other]) => order.indexOf(one.split("/")[0]) - order.indexOf(other.split("/")[0]))
			.forEach(([key, lines]) => place.append(figure(key.split("/")[0], lines, places)));
	}

	function byPlace(one, other) {
		return (other === "this process") - (one === "this process") || one.localeCompare(other);
	}

	function figure(name, lines, places) {
		const style = getComputedStyle(root);
		const color = (property) => style.getPropertyValue(property).trim();
		const element = document.createElement("figure");
		const caption = document.createElement("figcaption");
		caption.textContent = titles[name] || name + ", " + lines[0].curve.unit;
		const step = Math.min(...lines.map((line) => line.curve.intervalMillis));
		const length = Math.max(...lines.map((line) => line.curve.values.length * line.curve.intervalMillis / step));
		const seconds = Array.from({ length }, (_, index) => index * step / 1000);
		const data = [seconds];
		const series = [{}];
		lines.forEach((line) => {
			const stroke = color("--line-" + (places.indexOf(line.place) % 4 + 1));
			data.push(seconds.map((second) => {
				const at = second * 1000 / line.curve.intervalMillis;
				return Number.isInteger(at) && at < line.curve.values.length ? Number(line.curve.values[at]) : null;
			}));
			series.push({ label: line.place, stroke, width: 2, spanGaps: true, points: { show: false } });
		});
		element.append(caption);
		const canvas = document.createElement("div");
		canvas.setAttribute("role", "img");
		canvas.setAttribute("aria-label", caption.textContent + " over the time of the run; the figures are in the table.");
		element.append(canvas);
		requestAnimationFrame(() => {
			const axis = { stroke: color("--muted"), grid: { stroke: color("--rule"), width: 1 }, ticks: { show: false },
				font: "12px " + style.fontFamily };
			charts.push(new uPlot({
				width: canvas.clientWidth, height: 170, series, legend: { show: false }, cursor: { show: false },
				scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
				axes: [
					{ ...axis, size: 28, values: (_, values) => values.map((value) => value + " s") },
					{ ...axis, size: 46 }
				]
			}, data, canvas));
		});
		return element;
	}

	let resizing;
	addEventListener("resize", () => {
		clearTimeout(resizing);
		resizing = setTimeout(draw, 150);
	});
	document.body.addEventListener("htmx:afterSwap", (event) => {
		if (event.target.id === "report") {
			draw();
		}
	});
	document.body.addEventListener("htmx:sseMessage", (event) => {
		if (event.target.id === "report") {
			draw();
		}
	});
	draw();
})();
