module fairlead/bench/tool

go 1.22
