function doZoom(size){document.getElementById("zoom").style.fontSize=size+"px";}
function setBg(color){document.getElementById("zoom").style.background=color;}
