// writes the pager of a listing: page 1 is name.ext, page n is name_(n-1).ext
function createPageHTML(pageCount, currIndex, pageName, pageExt) {
  if (pageCount <= 1) { return; }
  var out = "";
  for (var i = 0; i < pageCount; i++) {
    var file = pageName + (i === 0 ? "" : "_" + i) + "." + pageExt;
    out += i === currIndex ? "<span>" + (i + 1) + "</span>" : "<a href='" + file + "'>" + (i + 1) + "</a>";
  }
  document.write(out);
}
