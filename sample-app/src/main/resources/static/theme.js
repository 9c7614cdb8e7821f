// Before the first paint, so that a theme that was chosen is visible from the start.
(() => {
	const theme = localStorage.getItem("theme");
	if (theme === "light" || theme === "dark") {
		document.documentElement.dataset.theme = theme;
	}
})();
