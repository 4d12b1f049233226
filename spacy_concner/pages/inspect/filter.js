(() => {
  "use strict";
  const size = 50;
  const element = (name) => document.getElementById(name);
  const articles = [...document.querySelectorAll("article")].map((node) => ({
    node,
    problems: JSON.parse(node.dataset.problems),
    strategy: node.dataset.strategy,
    text: node.textContent.toLowerCase(),
  }));
  let page = 0;

  const fits = (article) => {
    const problem = element("problem").value;
    const strategy = element("strategy").value;
    const searched = element("search").value.trim().toLowerCase();
    if (problem === "any" && !article.problems.length) return false;
    if (problem === "none" && article.problems.length) return false;
    if (problem.startsWith("=") && !article.problems.includes(problem.slice(1))) return false;
    if (strategy && article.strategy !== strategy.slice(1)) return false;
    return article.text.includes(searched);
  };

  const show = () => {
    const found = articles.filter(fits);
    const chosen = new Set(found);
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const here = new Set(found.slice(page * size, (page + 1) * size));
    for (const article of articles) {
      article.node.hidden = !chosen.has(article);
      article.node.classList.toggle("elsewhere", chosen.has(article) && !here.has(article));
    }
    const first = found.length ? page * size + 1 : 0;
    element("position").value = `${first}–${Math.min((page + 1) * size, found.length)} of ${found.length}`;
    element("previous").disabled = page === 0;
    element("next").disabled = page === pages - 1;
    element("empty").hidden = found.length > 0;
  };
  const turn = (pages) => () => {
    page += pages;
    show();
    element("tools").scrollIntoView();
  };
  const start = () => {
    page = 0;
    show();
  };

  for (const name of ["problem", "strategy", "search"]) element(name).addEventListener("input", start);
  element("previous").addEventListener("click", turn(-1));
  element("next").addEventListener("click", turn(1));
  element("tools").addEventListener("submit", (event) => event.preventDefault());
  element("tools").hidden = false;
  show();
})();
