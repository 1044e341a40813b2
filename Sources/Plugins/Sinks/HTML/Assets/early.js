document.documentElement.classList.add("js");
try { const theme = localStorage.getItem("flare-theme"); if (theme) document.documentElement.dataset.theme = theme; } catch { /* a browser may keep no such memory for files */ }
