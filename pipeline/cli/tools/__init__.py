"""The verbs as tools for language models: calls by the Model Context Protocol come in, the commands' JSON goes out.

tool      what a tool is: its words, what it does, what it may touch
folder    the one folder that its paths may lie in
words     the arguments of a call, held against the tool's schema
free      what costs nothing and changes nothing: check, plan, prompt, takes, status, models
making    what writes, and costs nothing: take, settle, render
buying    `shoot`: the one that spends, and never without an amount
offered   all of them, with what a model is told of each
answers   a call becomes an answer: JSON, an error that can be mended, or a bug
bench     where what writes is done: one at a time, on the main thread, stopped as by Ctrl-C
speaking  the protocol itself; the only one that needs the library `mcp`
serving   `storyreel mcp`
"""
