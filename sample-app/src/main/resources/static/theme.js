// Before the first paint: a reader who has chosen a theme sees no other.
(() => {
	const theme = localStorage.getItem("theme");
	if (theme === "light" || theme === "dark") {
		document.documentElement.dataset.theme = theme;
	}
})();
